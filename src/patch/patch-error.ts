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
  | "name-clash"
  | "delete-mismatch"
  | "context-not-found"
  | "ambiguous"
  | "weak-context"
  | "unclear-indent"
  | "unclear-escapes"
  | "overlap"
  | "placeholder"
  | "hidden-characters"
  | "already-applied"
  | "no-change"
  | "unverified";

/** Lines of the file itself; `startLine` from 1. */
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
  /** The file around the best partial match, or around the first few candidates. */
  readonly excerpts?: readonly Excerpt[];
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

/** One refusal that carries all `errors`, of which some may carry others; undefined without any. */
export function refuseAll(errors: readonly PatchError[]): Refusal | undefined {
  const [first, ...others] = errors.flatMap(({ others: more = [], ...error }) => [error, ...more]);
  return first && { ok: false, error: others.length > 0 ? { ...first, others } : first };
}

export function refuse(
  code: PatchErrorCode,
  message: string,
  place: Omit<PatchError, "code" | "message"> = {},
): Refusal {
  return { ok: false, error: { code, message, ...place } };
}
