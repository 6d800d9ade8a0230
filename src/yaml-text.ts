// Reads YAML that others wrote: plain, small, held against a schema, with errors that point at the place. It knows no schema of its own.

import { isMap, isScalar, Lexer, LineCounter, parseAllDocuments, parseDocument, visit, type Document } from "yaml";
import * as z from "zod";
import { InputError, type Place } from "./errors.js";

type Path = readonly (string | number)[];

interface Kind<T> {
  /** What the text is, in a word: "spec" gives the error codes `spec-syntax` and `spec-invalid`. */
  readonly what: string;
  readonly schema: z.ZodType<T>;
}

/** Plain YAML 1.2: a directive or a tag must not turn a map into something whose keys nobody checks. */
const YAML = { schema: "core", resolveKnownTags: false, stringKeys: true, prettyErrors: false } as const;

/** Characters; many times what any such file needs. YAML takes time in the square of the number of keys. */
const MAX_LENGTH = 32_768;

/**
 * The value of a text; an empty one has that of `{}`.
 * @param file as the errors shall call it
 * @throws InputError `<what>-syntax` or `<what>-invalid` with file, line and column.
 */
export function parseYaml<T>(text: string, file: string, { what, schema }: Kind<T>): T {
  const refuse = (kind: "syntax" | "invalid", message: string, place: Place) =>
    new InputError(`${what}-${kind}`, `${place.file}:${place.line}:${place.column}: ${message}`, { place });
  if (text.length > MAX_LENGTH) {
    const message = `${text.length} characters are too many: a ${what} has ${MAX_LENGTH} at most`;
    throw refuse("syntax", message, { file, line: 1, column: 1 });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { ...YAML, lineCounter: lines });
  const syntax = document.errors[0] ?? document.warnings[0];
  if (syntax) throw refuse("syntax", syntax.message, position(lines, syntax.pos[0], file));
  const alias = aliasOffset(document);
  if (alias !== undefined) {
    throw refuse("syntax", `a ${what} has no aliases: write the value out`, position(lines, alias, file));
  }
  const parsed = schema.safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  const { message, offset } = explain(parsed.error.issues[0], document, schema);
  throw refuse("invalid", message, position(lines, offset, file));
}

/** The lexer's mark of a scalar: the next token is one, whatever it looks like. */
const SCALAR = "\u001F";

/** The text without comments, blank lines and idle blanks; null for what is no YAML. Indentation and scalars stay to the character. */
export function withoutYamlComments(text: string): string | null {
  if (text.length > MAX_LENGTH || /\r(?!\n)/.test(text)) return null;
  if (parseAllDocuments(text, { ...YAML, logLevel: "silent" }).some(({ errors }) => errors.length > 0)) return null;
  const lines: string[] = [];
  let line = "";
  let blanks = ""; // before the next token of the line, if there is one
  let before = "";
  for (const token of [...new Lexer().lex(text), "\n"]) {
    if (before !== SCALAR && /^\r?\n$/.test(token)) {
      lines.push(line);
      [line, blanks] = ["", ""];
    } else if (before !== SCALAR && /^[ \t]+$/.test(token)) blanks += line === "" ? token : " ";
    else if (before === SCALAR || !token.startsWith("#")) {
      line += blanks + token;
      blanks = "";
    }
    before = token;
  }
  return lines.filter((one) => one !== "").join("\n");
}

interface Explanation {
  readonly message: string;
  /** Where in the text it lies. */
  readonly offset: number;
}

function explain(issue: z.core.$ZodIssue, document: Document.Parsed, schema: z.ZodType): Explanation {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0];
    const hint = nearest(key, keysAt(schema, path));
    const message = `unknown key "${[...path, key].join(".")}"${hint ? `; did you mean "${hint}"?` : ""}`;
    return { message, offset: keyOffset(document, path, key) };
  }
  const message = path.length === 0 ? issue.message : `${path.join(".")}: ${issue.message}`;
  return { message, offset: valueOffset(document, path) };
}

function position(lines: LineCounter, offset: number, file: string): Place {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(1, line), column: Math.max(1, col) };
}

/** Where the first alias stands: a few of them can stand for gigabytes. */
function aliasOffset(document: Document.Parsed): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias: (_, alias) => {
      offset = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

/** Where the value at `path` stands, or the nearest enclosing value that does (a default has no place of its own). */
function valueOffset(document: Document.Parsed, path: Path): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node: unknown = document.getIn(path.slice(0, depth), true);
    const range = (node as { range?: readonly number[] | null } | undefined)?.range;
    if (range) return range[0];
  }
  return 0;
}

function keyOffset(document: Document.Parsed, path: Path, key: string): number {
  const parent: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(parent)) return 0;
  const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0;
}

/** The keys that the schema knows at `path`. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  let at = z.toJSONSchema(schema, { io: "input" });
  for (const step of path) at = (at.properties?.[step] ?? {}) as typeof at;
  return Object.keys(at.properties ?? {});
}

/** The known word fewest edits away, if it is close enough to be a slip of the pen. */
function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((other) => ({ other, distance: editDistance(word.toLowerCase(), other.toLowerCase()) }));
  const [best] = ranked.toSorted((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(2, word.length / 2) ? best.other : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
