// The nouns of a parsed patch, types only. Text is without its line end; line numbers are those of the patch as it was handed in, from 1.

export type LineKind = " " | "-" | "+";

export interface BodyLine {
  readonly kind: LineKind;
  readonly text: string;
  /** The line ended in CR LF where the patch tells line ends apart. */
  readonly carriageReturn: boolean;
  /** It carried no prefix at all: an empty line, or context that lost its blank. */
  readonly bare: boolean;
  /** `\ No newline at end of file` follows. */
  readonly unterminated: boolean;
  readonly line: number;
}

/** The numbers of `@@ -oldStart,oldCount +newStart,newCount @@`. */
export interface HunkNumbers {
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
}

export interface Hunk {
  /** From 1 within its file. */
  readonly index: number;
  readonly line: number;
  readonly stated: HunkNumbers | null;
  /** All header arithmetic of the hunk's file is right, so that its numbers are evidence. */
  readonly trusted: boolean;
  /** The text ends with an unfinished line in it, a changed one, though it announces more: only the end of the file can excuse that. */
  readonly cutOff: boolean;
  readonly body: readonly BodyLine[];
}

export type SectionAction = "create" | "modify" | "delete" | "rename" | "copy";

/** What a patch says about one file. */
export interface FilePatch {
  readonly line: number;
  readonly action: SectionAction;
  readonly path: string;
  /** Source of a rename or copy. */
  readonly from?: string;
  /** A deletion by name, without the removed text. */
  readonly byName?: true;
  readonly hunks: readonly Hunk[];
}

/** Index from 0 of the line before which a range begins: `start,0` means "after line start". */
export function rangeIndex(start: number, count: number): number {
  return count === 0 ? start : start - 1;
}
