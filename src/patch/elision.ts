// Added lines that stand for code their author left out. Applying them would delete what they stand for.

import type { BodyLine } from "./patch.js";

const OPENS = /^(?:\/\/|#|--|;|%|\/\*+|\*|<!--|\{\/\*|"""|''')/;
const CLOSES = /(?:\*\/\}?|-->|"""|''')$/;
/** Dots stand for something only at an end of the comment; within one they are a spread, a range or a pause. */
const OUTER_DOTS = /^(?:\.{3}|\u2026)|(?:\.{3}|\u2026)$/;
const LEFT_OUT = /\b(?:existing|rest of|remain(?:s|ing|der)|unchanged|omitted|as before|same as|previous|other)\b/i;
const STAYS =
  /\b(?:rest of (?:the |your )?(?:code|file|function|class|method|implementation|module)|existing code|(?:code|remains?) unchanged)\b/i;
const BARE_DOTS = /^(?:(?:\/\/|#|--|;|\/\*|<!--)\s*)?(?:\.\.\.|\u2026)\s*(?:\*\/|-->)?$/;

/** The first added line of `body` that is a placeholder and does not stand in the file already. `...` alone is code in Python. */
export function findPlaceholder(
  path: string,
  body: readonly BodyLine[],
  isInFile: (text: string) => boolean,
): BodyLine | undefined {
  const python = /\.pyi?$/.test(path);
  return body.find(({ kind, text }) => {
    const bare = text.trim();
    if (kind !== "+" || (python && bare === "...")) return false;
    const said = commentIn(bare);
    const comment = (OUTER_DOTS.test(said) && LEFT_OUT.test(said)) || STAYS.test(said);
    return (comment || BARE_DOTS.test(bare)) && !isInFile(text);
  });
}

/** What a line says that is nothing but a comment. Cut piece by piece: one expression for all takes the square of a run of blanks. */
function commentIn(bare: string): string {
  const opens = OPENS.exec(bare)?.[0];
  return opens === undefined ? "" : bare.slice(opens.length).replace(CLOSES, "").trim();
}
