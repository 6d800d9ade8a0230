// How large a patch and the files it touches may be, and the checks that need no parsing.

import { refuse, type Refusal } from "./patch-error.js";

export interface Limits {
  readonly patchBytes: number;
  readonly files: number;
  readonly hunks: number;
  /** Characters of one line. */
  readonly lineLength: number;
  /** Bytes of one file, before and after. */
  readonly fileBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  patchBytes: 4 << 20,
  files: 100,
  hunks: 2000,
  lineLength: 20_000,
  fileBytes: 8 << 20,
};

/** Refuses a patch text that is too large or not text; undefined where nothing is wrong. */
export function checkPatchText(text: string, limits: Limits): Refusal | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.patchBytes) {
    return refuse(
      "too-large",
      `the patch has ${bytes} bytes, at most ${limits.patchBytes} are allowed: make a smaller change`,
    );
  }
  if (text.includes("\0")) return refuse("binary", "the patch contains a NUL byte: only text can be patched");
  let number = 0;
  for (const line of text.split("\n")) {
    number++;
    if (line.length <= limits.lineLength) continue;
    return refuse(
      "too-large",
      `line ${number} has ${line.length} characters, at most ${limits.lineLength} are allowed`,
      {
        line: number,
      },
    );
  }
  return undefined;
}

/** Refuses the content of a file that is too large or not text. */
export function checkFileText(path: string, text: string, limits: Limits): Refusal | undefined {
  if (text.includes("\0")) return refuse("binary", `${path} is binary: only text can be patched`, { file: path });
  const bytes = Buffer.byteLength(text);
  if (bytes <= limits.fileBytes) return undefined;
  return refuse("too-large", `${path} has ${bytes} bytes, at most ${limits.fileBytes} are allowed`, { file: path });
}
