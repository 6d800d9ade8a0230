// The rules of the house as functions of source texts: who imports whom, what stays outside, how large things grow.
// The table itself stands in architecture.test.ts; nothing here reads a disk.

import { importsIn, type Import } from "./imports.js";
import { codeLines, tokenize, type Token } from "./tokens.js";

interface Row {
  readonly level: number;
  readonly imports: readonly string[];
  /** Rooms of which only types may be imported. */
  readonly types?: readonly string[];
}

/** A place is a room ("data"), or files of one: "proposal/llm" means llm.ts, llm-….ts and llm/ in proposal. */
export interface House {
  /** May be imported from everywhere above level 0. */
  readonly everywhere: readonly string[];
  /** A row for files of a room binds those files and whatever they reach inside the room. */
  readonly rows: Readonly<Record<string, Row>>;
  /** Package or node: module → the places that may import it. A package without a row is refused everywhere. */
  readonly outside: Readonly<Record<string, readonly string[]>>;
  /** Members of `process` → the places that may touch them. */
  readonly process: Readonly<Record<string, readonly string[]>>;
  /** Rooms that compute only: of Node's own modules they may import those named here. */
  readonly pure: { readonly rooms: readonly string[]; readonly modules: readonly string[] };
  readonly defaultExports: readonly string[];
  /** In lines of code: blank lines and lines of comment alone do not count. */
  /** `rooms` names those that may be larger than `room`, and how large. */
  readonly lines: {
    readonly file: number;
    readonly table: number;
    readonly room: number;
    readonly rooms: Readonly<Record<string, number>>;
  };
  /** Files that are tables of knowledge, as places. */
  readonly tables: readonly string[];
  /** Names that package.json's "imports" gives to modules of this package, and the source file behind each. */
  readonly aliases: Readonly<Record<string, string>>;
}

/** Path from the repository's root ("src/data/split.ts") → text. */
export type Sources = ReadonlyMap<string, string>;

interface File {
  readonly path: string;
  readonly room: string;
  readonly tokens: readonly Token[];
  readonly links: readonly Link[];
}

/** An import and what it leads to: a source file, something outside, or neither (data beside the code). */
interface Link extends Import {
  readonly target: string | null;
  readonly outside: string | null;
}

/** Every broken rule as a sentence that begins with the place. */
export function violations(house: House, sources: Sources): string[] {
  const files = new Map([...sources].map(([path, text]) => [path, readFile(house, sources, path, text)]));
  const each = [checkImports, checkOutside, checkProcess, checkDefaultExports, checkFileSize];
  return [
    ...[...files.values()].flatMap((file) => each.flatMap((check) => check(house, file))),
    ...checkNarrowRows(house, files),
    ...checkRoomSize(house, files),
    ...circles(files).map((circle) => `${circle[0]}: imports itself in a circle: ${circle.join(" → ")}`),
  ];
}

/** Absolute paths of somebody's machine in any kind of text file. */
export function machinePaths(sources: Sources): string[] {
  const path = /(?<![\w.$}/:-])(?:\/(?:home|root|Users|work|mnt)\/\w|[A-Za-z]:\\Users\\)/;
  return [...sources].flatMap(([name, text]) =>
    text.split("\n").flatMap((line, at) => (path.test(line) ? [`${name}:${at + 1}: names a path of one machine`] : [])),
  );
}

function readFile(house: House, sources: Sources, path: string, text: string): File {
  const tokens = tokenize(text);
  const links = importsIn(tokens).map((found) => ({ ...found, ...follow(house, sources, path, found.specifier) }));
  return { path, room: roomOf(path), tokens, links };
}

function follow(
  house: House,
  sources: Sources,
  from: string,
  specifier: string | null,
): Pick<Link, "target" | "outside"> {
  if (specifier === null) return { target: null, outside: null };
  const alias = house.aliases[specifier];
  if (alias !== undefined) return { target: alias, outside: null };
  if (!specifier.startsWith(".")) return { target: null, outside: packageOf(specifier) };
  const path = new URL(specifier, `file:///${from}`).pathname.slice(1).replace(/\.js$/, ".ts");
  return { target: sources.has(path) ? path : null, outside: null };
}

function packageOf(specifier: string): string {
  if (specifier.startsWith("node:") || specifier.startsWith("#")) return specifier;
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function roomOf(path: string): string {
  return nameOf(path).replace(/\/.*/, "");
}

/** Path within src, without its ending. */
function nameOf(path: string): string {
  return path.replace(/^src\//, "").replace(/\.ts$/, "");
}

function stands(path: string, places: readonly string[]): boolean {
  const name = nameOf(path);
  return places.some((place) => name === place || name.startsWith(`${place}/`) || name.startsWith(`${place}-`));
}

function allowed(house: House, row: Row): readonly string[] {
  return row.level === 0 ? row.imports : [...house.everywhere, ...row.imports];
}

function checkImports(house: House, file: File): string[] {
  const place = placeOf(house, file);
  const row = house.rows[place];
  if (row === undefined) return [`${file.path}: "${file.room}" has no row in the table of rooms`];
  return file.links.flatMap((link) => {
    const refusal = linkRefusal(house, row, place, file.room, link);
    return refusal === null ? [] : [`${file.path}:${link.line}: ${refusal}`];
  });
}

/** The narrowest place that has a row for this file. */
function placeOf(house: House, file: File): string {
  const narrow = Object.keys(house.rows).find((place) => place.includes("/") && stands(file.path, [place]));
  return narrow ?? file.room;
}

function linkRefusal(house: House, row: Row, place: string, room: string, link: Link): string | null {
  if (link.specifier === null) return "the name of what is imported is computed, so nobody can check it";
  if (link.target !== null) return roomAllows(house, row, room, link) ? null : `${place} may not import ${link.target}`;
  return link.outside === null && isCode(link) ? `${link.specifier} is no source file` : null;
}

/** JSON is data, and so is whatever a location names beside the code. */
function isCode(link: Link): boolean {
  return link.kind !== "location" && !(link.specifier ?? "").endsWith(".json");
}

function roomAllows(house: House, row: Row, room: string, link: Link): boolean {
  const target = roomOf(link.target ?? "");
  if (target === room || allowed(house, row).includes(target)) return true;
  return link.kind === "type" && (row.types ?? []).includes(target);
}

/** The row of a place inside a room holds for everything else that the place reaches inside that room, too. */
function checkNarrowRows(house: House, files: ReadonlyMap<string, File>): string[] {
  const narrow = Object.entries(house.rows).filter(([place]) => place.includes("/"));
  return narrow.flatMap(([place, row]) =>
    reachedInside(place, files).flatMap((file) =>
      file.links
        .filter((link) => link.target !== null && !roomAllows(house, row, file.room, link))
        .map((link) => `${file.path}:${link.line}: ${place} stands on this file, so it may not import ${link.target}`),
    ),
  );
}

function reachedInside(place: string, files: ReadonlyMap<string, File>): File[] {
  const reached = new Set([...files.values()].filter((file) => stands(file.path, [place])));
  for (const file of reached) {
    for (const { target } of file.links) {
      const next = target === null ? undefined : files.get(target);
      if (next?.room === file.room) reached.add(next);
    }
  }
  return [...reached].filter((file) => !stands(file.path, [place]));
}

function checkOutside(house: House, file: File): string[] {
  return file.links.flatMap((link) => {
    if (link.outside === null) return [];
    const reason = outsideRefusal(house, file, link.outside);
    return reason === null ? [] : [`${file.path}:${link.line}: ${link.outside} ${reason}`];
  });
}

function outsideRefusal(house: House, file: File, name: string): string | null {
  const { rooms, modules } = house.pure;
  if (rooms.includes(file.room) && !modules.includes(name)) return `is not for ${file.room}, which only computes`;
  const places = house.outside[name];
  if (places === undefined) return name.startsWith("node:") ? null : "has no row in the table of outside packages";
  if (places.length === 0) return "is for nobody";
  return stands(file.path, places) ? null : `is only for ${places.join(", ")}`;
}

/** Taken whole (`const { env } = process`), `process` counts as its environment. */
function checkProcess(house: House, file: File): string[] {
  return file.tokens.flatMap((token, at) => {
    if (token.kind !== "word" || token.text !== "process" || isOwnName(file.tokens, at)) return [];
    const member = memberAfter(file.tokens, at) ?? "env";
    const places = house.process[member];
    if (places === undefined || stands(file.path, places)) return [];
    return [`${file.path}:${token.line}: process.${member} is only for ${places.join(", ")}`];
  });
}

/** `x.process` and `{ process: … }` are somebody's own names; `...process` and `globalThis.process` are not. */
function isOwnName(tokens: readonly Token[], at: number): boolean {
  const [owner, before, after] = [tokens[at - 2]?.text, tokens[at - 1]?.text ?? "", tokens[at + 1]?.text];
  if (before === "." || before === "?.") return owner !== "globalThis" && owner !== ".";
  return after === ":" && ["{", ",", "("].includes(before);
}

function memberAfter(tokens: readonly Token[], at: number): string | undefined {
  const [link, member] = [tokens[at + 1], tokens[at + 2]];
  if (link?.text === "?." && member?.text === "[") return tokens[at + 3]?.text;
  if (link?.text === "." || link?.text === "?.") return member?.text;
  return link?.text === "[" && member?.kind === "string" ? member.text : undefined;
}

function checkDefaultExports(house: House, file: File): string[] {
  if (house.defaultExports.includes(file.path)) return [];
  const found = file.tokens.filter((token, at) => token.kind === "word" && exportsDefault(file.tokens, at));
  return found.map((token) => `${file.path}:${token.line}: exports a default; name it`);
}

/** `export default …`, `export { x as default }` and `export { default } from "…"`. */
function exportsDefault(tokens: readonly Token[], at: number): boolean {
  const [before, after] = [tokens[at - 1]?.text ?? "", tokens[at + 1]?.text ?? ""];
  if (tokens[at]?.text !== "default") return false;
  return before === "export" || before === "as" || ("{,".includes(before) && "},".includes(after));
}

function checkFileSize(house: House, file: File): string[] {
  const limit = stands(file.path, house.tables) ? house.lines.table : house.lines.file;
  const lines = codeLines(file.tokens);
  return lines > limit ? [`${file.path}: ${lines} lines of code, ${limit} are allowed`] : [];
}

function checkRoomSize(house: House, files: ReadonlyMap<string, File>): string[] {
  const sizes = new Map<string, number>();
  for (const { room, tokens } of files.values()) sizes.set(room, (sizes.get(room) ?? 0) + codeLines(tokens));
  const limit = (room: string) => house.lines.rooms[room] ?? house.lines.room;
  const large = [...sizes].filter(([room, lines]) => lines > limit(room));
  return large.map(([room, lines]) => `src/${room}: ${lines} lines of code, ${limit(room)} are allowed`);
}

/** Every circle that a walk along the imports closes, as the files on it; a location loads nothing and closes none. */
function circles(files: ReadonlyMap<string, File>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push([...trail.slice(start), path]);
    if (start >= 0 || done.has(path)) return;
    for (const { kind, target } of files.get(path)?.links ?? []) {
      if (target !== null && kind !== "location") visit(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of files.keys()) visit(path, []);
  return found;
}
