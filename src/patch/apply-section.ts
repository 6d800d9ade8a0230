// One section of a patch on one file's text. Which paths may be touched and how files clash is decided outside.

import { collectEdits } from "./edits.js";
import { cutOff } from "./explain.js";
import { findPlaceholder } from "./elision.js";
import { isUnclear, settleEscapes, unclearEscapes } from "./escapes.js";
import { hiddenAdditions, hiddenInNew } from "./hidden.js";
import { joinLines, LineIndex, splitLines, type FileLine } from "./file-lines.js";
import { accept, refuse, refuseAll, type PatchError, type Refusal, type Result } from "./patch-error.js";
import type { BodyLine, FilePatch } from "./patch.js";
import { placeHunks } from "./place-hunks.js";
import { rewrite } from "./rewrite.js";

/** What a patch does to one file. A rename carries its edits with it; a copy is a create with `from`. */
export interface FileChange {
  readonly path: string;
  readonly action: "create" | "modify" | "delete" | "rename";
  readonly from?: string;
  /** Content before, at `from` if there is one; absent for a new file. */
  readonly before?: string;
  /** Content after; absent for a deletion. */
  readonly after?: string;
  /** Lines. */
  readonly added: number;
  readonly removed: number;
}

/**
 * `before`: the content at the section's source, undefined if there is no such file.
 * `deleted`: hidden characters of the files that the patch deletes.
 */
export function applySection(
  section: FilePatch,
  before: string | undefined,
  deleted: ReadonlySet<string>,
): Result<FileChange> {
  if (section.action === "create" || (before === undefined && insertsIntoNothing(section)))
    return create(section, deleted);
  const source = section.from ?? section.path;
  if (before === undefined) {
    const message = `${source} does not exist; a new file needs \`--- /dev/null\` and \`+++ b/${section.path}\``;
    return refuse("file-missing", message, { file: source, line: section.line });
  }
  return section.action === "delete" ? remove(section, before) : modify(section, before);
}

/** `@@ -0,0 +1,n @@` alone says that there was nothing before. */
export function insertsIntoNothing({ action, hunks }: FilePatch): boolean {
  const [first] = hunks;
  if (action !== "modify" || hunks.length !== 1 || first?.stated?.oldStart !== 0 || first.stated.oldCount !== 0)
    return false;
  return first.body.every((line) => line.kind === "+");
}

function create(section: FilePatch, deleted: ReadonlySet<string>): Result<FileChange> {
  const body = section.hunks.flatMap((hunk) => hunk.body);
  const stray = body.find((line) => line.kind !== "+" && !(line.bare && line.text.trim() === ""));
  if (section.hunks.length > 1 || stray) {
    const message = `${section.path} is new, so it needs one hunk in which every line begins with +`;
    return refuse("malformed", message, {
      file: section.path,
      hunk: section.hunks.length,
      line: stray?.line ?? section.line,
    });
  }
  if (section.hunks.at(-1)?.cutOff) return { ok: false, error: cutOff(section.path, section.hunks.at(-1)!) };
  const hidden = hiddenInNew(section, body, deleted);
  const refused = refuseAll([...elisions(section, () => false), ...(hidden ? [hidden] : [])]);
  if (refused) return refused;
  if (isUnclear(body)) return { ok: false, error: unclearEscapes(section.path, section.hunks[0]) };
  const added = withoutBareTail(body);
  const after = joinLines(
    added.map(({ text, carriageReturn, unterminated }): FileLine => {
      return { text, end: unterminated ? "" : carriageReturn ? "\r\n" : "\n" };
    }),
  );
  return accept({ path: section.path, action: "create", after, added: added.length, removed: 0 });
}

/** Empty lines inside a new file may lack their +; at its end they are the patch's own. */
function withoutBareTail(body: readonly BodyLine[]): readonly BodyLine[] {
  return body.slice(0, body.findLastIndex((line) => line.kind === "+") + 1);
}

function remove(section: FilePatch, before: string): Result<FileChange> {
  const lines = splitLines(before);
  const change: FileChange = { path: section.path, action: "delete", before, added: 0, removed: lines.length };
  if (section.byName) return accept(change);
  const body = section.hunks.flatMap((hunk) => hunk.body).filter((line) => !(line.bare && line.text === ""));
  const index = new LineIndex(lines);
  const wrong = body.find((line, i) => line.kind !== "-" || !index.standsAt("trailing-blanks", [line.text], i));
  if (!wrong && body.length === lines.length) return accept(change);
  const at = wrong ? body.indexOf(wrong) : Math.min(body.length, lines.length);
  const message =
    `${section.path} is not deleted, because the removed lines are not its whole content: ` +
    `they differ at line ${at + 1} of the file (${body.length} removed, ${lines.length} there)`;
  return refuse("delete-mismatch", message, {
    file: section.path,
    line: wrong?.line ?? section.line,
    candidates: [at + 1],
  });
}

function modify(section: FilePatch, before: string): Result<FileChange> {
  const { path, from } = section;
  const moved = from === undefined ? { path } : { path, from };
  const action = section.action === "copy" ? "create" : from === undefined ? "modify" : "rename";
  if (section.hunks.length === 0) return accept({ ...moved, action, before, after: before, added: 0, removed: 0 });
  const lines = splitLines(before);
  const index = new LineIndex(lines);
  const elided = elisions(section, (text) => index.positions("trailing-blanks", text).length > 0);
  const tellsEnds = section.hunks.some((hunk) => hunk.body.some((line) => line.carriageReturn));
  const target = { path, index, tellsEnds };
  const whole = section.hunks.filter((hunk) => elided.every((error) => error.hunk !== hunk.index));
  const placed = placeHunks(target, whole);
  if (index.exhausted) return tooCostly(section);
  const settled = settleEscapes(path, placed.placements);
  const change = collectEdits(target, settled.placements);
  const hidden = hiddenAdditions(path, lines, change.edits);
  const failed = [...elided, ...placed.errors, ...settled.errors, ...change.errors, ...hidden];
  const refused = refuseAll(failed.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)));
  if (refused) return refused;
  const written = rewrite(path, before, lines, change);
  if (!written.ok) return written;
  if (written.value.after === before) {
    return refuse("no-change", `the hunks of ${path} leave it as it is`, { file: path, line: section.line });
  }
  return accept({ ...moved, action, before, ...written.value });
}

function tooCostly({ path, line }: FilePatch): Refusal {
  const message = `the hunks of ${path} repeat the same few lines so often that finding their places takes too long: send fewer or shorter ones`;
  return refuse("too-large", message, { file: path, line });
}

/** Hunks that leave out what they should write. */
function elisions({ path, hunks }: FilePatch, isInFile: (text: string) => boolean): readonly PatchError[] {
  return hunks.flatMap(({ body, index }): PatchError[] => {
    const found = findPlaceholder(path, body, isInFile);
    if (!found) return [];
    const { line, text } = found;
    const message = `line ${line} of the patch adds a placeholder (${JSON.stringify(text.trim())}): write out every line of the file that changes`;
    return [{ code: "placeholder", message, file: path, hunk: index, line }];
  });
}
