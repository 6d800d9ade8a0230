// Finds every way in which a TypeScript file names another module. It resolves nothing and judges nothing.

import { tokenize, type Token } from "./tokens.js";

export interface Import {
  /** `location` names a module without loading it: require.resolve, import.meta.resolve, new URL(…, import.meta.url). */
  readonly kind: "value" | "type" | "location";
  /** What stands between the quotes; null where the name is computed. */
  readonly specifier: string | null;
  readonly line: number;
}

export function importsOf(source: string): Import[] {
  return importsIn(tokenize(source));
}

export function importsIn(tokens: readonly Token[]): Import[] {
  const requires = requireNames(tokens);
  const found: Import[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== "word" || isProperty(tokens, at)) continue;
    if (token.text === "import") found.push(...importAt(tokens, at));
    else if (token.text === "export") found.push(...exportAt(tokens, at));
    else if (token.text === "createRequire") found.push(...callsOn(tokens, afterCall(tokens, at + 1)));
    else if (token.text === "URL") found.push(...urlAt(tokens, at));
    else if (requires.has(token.text)) found.push(...callsOn(tokens, at + 1));
  }
  return found;
}

/** `x.import`, `x?.import`, `{ import: … }` and a method `import() {…}` of that name are no import; `...import(x)` is. */
function isProperty(tokens: readonly Token[], at: number): boolean {
  const spread = is(tokens[at - 1], ".") && is(tokens[at - 2], ".");
  if (!spread && (is(tokens[at - 1], ".") || is(tokens[at - 1], "?."))) return true;
  return is(tokens[at + 1], ":") && ["{", ",", "(", ";"].includes(tokens[at - 1]?.text ?? "{");
}

function importAt(tokens: readonly Token[], at: number): Import[] {
  const next = tokens[at + 1];
  if (is(next, ".")) return resolveAt(tokens, at);
  if (is(next, "(")) return isMethod(tokens, at + 1) ? [] : [call(tokens, at + 1, "value")];
  if (next?.kind === "string") return [{ kind: "value", specifier: next.text, line: next.line }];
  return fromClause(tokens, at);
}

/** `export *` and `export {…}` with a `from`; all other exports declare something and are skipped. */
function exportAt(tokens: readonly Token[], at: number): Import[] {
  const first = is(tokens[at + 1], "type") ? at + 2 : at + 1;
  return is(tokens[first], "*") || is(tokens[first], "{") ? fromClause(tokens, at) : [];
}

/** From `import` or `export` on: names, braces and commas, then `from "…"`; anything else ends it. */
function fromClause(tokens: readonly Token[], start: number): Import[] {
  const typeOnly = is(tokens[start + 1], "type") && !is(tokens[start + 2], ",") && !isFromString(tokens, start + 2);
  let depth = 0;
  for (const [offset, token] of tokens.slice(start + 1).entries()) {
    const name = tokens[start + offset + 2];
    if (depth === 0 && is(token, "from") && name?.kind === "string") {
      return [{ kind: typeOnly ? "type" : "value", specifier: name.text, line: name.line }];
    }
    if (is(token, "{")) depth++;
    else if (is(token, "}")) depth--;
    else if (token.kind === "mark" && !is(token, ",") && !is(token, "*")) return [];
  }
  return [];
}

function isFromString(tokens: readonly Token[], at: number): boolean {
  return is(tokens[at], "from") && tokens[at + 1]?.kind === "string";
}

/** `import.meta.resolve("…")` */
function resolveAt(tokens: readonly Token[], at: number): Import[] {
  const isResolve = is(tokens[at + 2], "meta") && is(tokens[at + 3], ".") && is(tokens[at + 4], "resolve");
  return isResolve && is(tokens[at + 5], "(") ? [call(tokens, at + 5, "location")] : [];
}

/** `new URL("…", import.meta.url)` */
function urlAt(tokens: readonly Token[], at: number): Import[] {
  const base = tokens.slice(at + 3, at + 9).map((token) => token.text);
  const isModule = is(tokens[at + 1], "(") && base.join("") === ",import.meta.url";
  return isModule ? [call(tokens, at + 1, "location")] : [];
}

/** What follows something that is a `require`: `("…")` or `.resolve("…")`. */
function callsOn(tokens: readonly Token[], at: number): Import[] {
  if (is(tokens[at], "(")) return [call(tokens, at, "value")];
  const resolves = is(tokens[at], ".") && is(tokens[at + 1], "resolve") && is(tokens[at + 2], "(");
  return resolves ? [call(tokens, at + 2, "location")] : [];
}

function call(tokens: readonly Token[], open: number, kind: Import["kind"]): Import {
  const argument = tokens[open + 1];
  const closes = is(tokens[open + 2], ")") || is(tokens[open + 2], ",");
  const specifier = argument?.kind === "string" && closes ? argument.text : null;
  return { kind, specifier, line: tokens[open]?.line ?? 0 };
}

/** Every name that is given the result of `createRequire(…)`, and `require` itself where nothing else bears that name. */
function requireNames(tokens: readonly Token[]): Set<string> {
  const names = new Set(tokens.some((_, at) => declaresRequire(tokens, at)) ? [] : ["require"]);
  for (const [at, token] of tokens.entries()) {
    if (!is(token, "createRequire") || !is(tokens[at - 1], "=")) continue;
    const rest = tokens[afterCall(tokens, at + 1)];
    const name = tokens[at - 2]?.text;
    if (name !== undefined && !is(rest, "(") && !is(rest, ".")) names.add(name);
  }
  return names;
}

/** `function require`, `const require` or a `require` among the names of an import. */
function declaresRequire(tokens: readonly Token[], at: number): boolean {
  if (!is(tokens[at], "require")) return false;
  const declared = ["function", "const", "let", "as"].some((word) => is(tokens[at - 1], word));
  return declared || is(tokens[at + 1], ",") || is(tokens[at + 1], "}");
}

/** `import() {…}` and `import(file: string)` declare a method of that name; a string cannot be a parameter. */
function isMethod(tokens: readonly Token[], open: number): boolean {
  const first = tokens[open + 1];
  if (first?.kind === "word" && is(tokens[open + 2], ":")) return true;
  return first?.kind !== "string" && is(tokens[afterCall(tokens, open)], "{");
}

/** The place behind the parenthesis that closes the one at `open`; `open` itself where none opens there. */
function afterCall(tokens: readonly Token[], open: number): number {
  if (!is(tokens[open], "(")) return open;
  let depth = 0;
  for (const [offset, token] of tokens.slice(open).entries()) {
    if (is(token, "(")) depth++;
    if (is(token, ")") && --depth === 0) return open + offset + 1;
  }
  return tokens.length;
}

/** A string with this text is not meant. */
function is(token: Token | undefined, text: string): boolean {
  return token?.text === text && (token.kind === "word" || token.kind === "mark");
}
