// Added lines that stand for code their author left out. Applying them would delete what they stand for.

import type { BodyLine } from "./patch.js";

const COMMENT = /^\s*(?:\/\/|#|--|;|%|\/\*+|\*|<!--|\{\/\*|"""|''')\s*(.*?)\s*(?:\*\/\}?|-->|"""|''')?$/;
/** Dots stand for something only at an end of the comment; within one they are a spread, a range or a pause. */
const OUTER_DOTS = /^(?:\.{3}|\u2026)|(?:\.{3}|\u2026)$/;
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
    const said = COMMENT.exec(text)?.[1] ?? "";
    const comment = (OUTER_DOTS.test(said) && LEFT_OUT.test(said)) || STAYS.test(said);
    return (comment || BARE_DOTS.test(text)) && !isInFile(text);
  });
}
