// Why a patch was refused, as a value. The sentences are written so that an author, human or model, can mend the diff.

export type PatchErrorCode =
  | "too-large"
  | "truncated"
  | "no-patch"
  | "no-hunks"
  | "no-file-name"
  | "malformed"
  | "combined-diff"
  | "binary"
  | "unsafe-mode"
  | "unsafe-path"
  | "protected-path"
  | "path-not-allowed"
  | "path-mismatch"
  | "duplicate-file"
  | "file-missing"
  | "file-exists"
  | "not-a-file"
  | "delete-mismatch"
  | "context-not-found"
  | "ambiguous"
  | "weak-context"
  | "unclear-indent"
  | "overlap"
  | "placeholder"
  | "already-applied"
  | "no-change"
  | "unverified";

/** The file's own lines around the best partial match; `startLine` from 1. */
export interface Excerpt {
  readonly startLine: number;
  readonly lines: readonly string[];
}

export interface PatchError {
  readonly code: PatchErrorCode;
  readonly message: string;
  readonly file?: string;
  /** From 1 within the file. */
  readonly hunk?: number;
  /** In the text of the patch, from 1. */
  readonly line?: number;
  /** Lines of the file, from 1, at which the hunk could begin. */
  readonly candidates?: readonly number[];
  readonly excerpt?: Excerpt;
  /** Further refusals of the same patch, so that all can be mended at once. */
  readonly others?: readonly PatchError[];
}

export interface Refusal {
  readonly ok: false;
  readonly error: PatchError;
}

export type Result<T> = { readonly ok: true; readonly value: T } | Refusal;

export function accept<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function refuse(
  code: PatchErrorCode,
  message: string,
  place: Omit<PatchError, "code" | "message"> = {},
): Refusal {
  return { ok: false, error: { code, message, ...place } };
}
