// Python without comments, blank lines and idle blanks. Indentation stays to the character, and so do strings.

/** What may read its own source, or the numbers of its lines, sees comments. Other line ends and form feeds are rare and left alone. */
const SELF_AWARE = /\r(?!\n)|[\f\v\0]|getsource|lineno|linecache|tokenize|__file__/;

/** A comment that is more: it says how the file's bytes are read, or by what the file is run. */
const MEANS_SOMETHING = /coding[:=]|^#!/;

/** A string or the start of one, a comment, a continued line, a line end, blanks, a name or number, a sign. */
const TOKEN =
  /([rRbBuUfFtT]{0,2})("""|'''|"|')|(#[^\n]*)|(\\\r?\n)|(\r?\n)|([ \t]+)|[\p{L}\p{N}_]+|[^\\\s"'#\p{L}\p{N}_]+/uy;

/** Fields of a formatted string that every version of Python reads alike: no braces in braces, quotes in pairs. */
const PLAIN_FIELDS = /^(?:[^{}]|\{\{|\}\}|\{[^{}"']*(?:(["'])[^{}"']*\1[^{}"']*)*\})*$/;

/** Null where a string does not end or may end elsewhere, where something is no Python, and where a program may see its own text. */
export function normalisePython(text: string): string | null {
  if (SELF_AWARE.test(text)) return null;
  const lines: string[] = [];
  let line = "";
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(text);
    if (token === null) return null;
    const [whole, prefix, quote, comment, continued, end, blanks] = token;
    if (quote !== undefined) {
      const close = closing(text, TOKEN.lastIndex, prefix, quote);
      if (close === null) return null;
      line += text.slice(at, close);
      TOKEN.lastIndex = close;
    } else if (comment !== undefined) {
      if (/\\\r?\n[ \t]*$/.test(line)) return null; // nothing may follow a backslash
      const early = text.lastIndexOf("\n", text.lastIndexOf("\n", at - 1) - 1) === -1;
      if (early && MEANS_SOMETHING.test(comment)) line += comment.trimEnd();
    } else if (end !== undefined) {
      lines.push(line);
      line = "";
    } else if (blanks !== undefined && continued === undefined) {
      line += line === "" ? blanks : " "; // indentation is one run of blanks
    } else line += whole;
  }
  return [...lines, line]
    .map((one) => one.trimEnd())
    .filter((one) => one !== "")
    .join("\n");
}

/** Where the string ends that has begun before `from`. */
function closing(text: string, from: number, prefix: string, quote: string): number | null {
  const stop = quote.length === 3 ? quote : `${quote}|\\n`;
  const end = new RegExp(`(?:\\\\[^]|(?!${stop})[^])*`, "y");
  end.lastIndex = from;
  end.exec(text);
  if (!text.startsWith(quote, end.lastIndex)) return null;
  const plain = !/[ft]/i.test(prefix) || PLAIN_FIELDS.test(text.slice(from, end.lastIndex));
  return plain ? end.lastIndex + quote.length : null;
}
