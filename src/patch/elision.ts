// Added lines that stand for code their author left out. Applying them would delete what they stand for.

import type { BodyLine } from "./patch.js";

const COMMENT = /^\s*(?:\/\/|#|--|;|%|\/\*|\*|<!--|\{\/\*|"""|''')/;
const DOTS = /\.\.\.|\u2026/;
const LEFT_OUT = /\b(?:existing|rest of|remain(?:s|ing|der)|unchanged|omitted|as before|same as|previous|other)\b/i;
const STAYS =
  /\b(?:rest of (?:the |your )?(?:code|file|function|class|method|implementation|module)|existing code|(?:code|remains?) unchanged)\b/i;
const BARE_DOTS = /^\s*(?:\/\/|#|--|;|\/\*|<!--)?\s*(?:\.\.\.|\u2026)\s*(?:\*\/|-->)?\s*$/;
const ONLY_DOTS = /^\s*\.\.\.\s*$/;

/** The first added line of `body` that is a placeholder and does not stand in the file already. `...` alone is code in Python. */
export function findPlaceholder(
  path: string,
  body: readonly BodyLine[],
  isInFile: (text: string) => boolean,
): BodyLine | undefined {
  const python = /\.pyi?$/.test(path);
  return body.find(({ kind, text }) => {
    if (kind !== "+" || (python && ONLY_DOTS.test(text))) return false;
    const comment = COMMENT.test(text) && ((DOTS.test(text) && LEFT_OUT.test(text)) || STAYS.test(text));
    return (comment || BARE_DOTS.test(text)) && !isInFile(text);
  });
}
