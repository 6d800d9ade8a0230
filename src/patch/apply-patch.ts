// A whole patch on a tree of files held elsewhere: policy, clashes between files, all files or nothing. Touches no disk.

import { hiddenCharacters } from "../fence/hidden-characters.js";
import { foldPath, parentsOf } from "../fence/safe-path.js";
import { applySection, insertsIntoNothing, type FileChange } from "./apply-section.js";
import { checkFileText, checkPatchText } from "./limits.js";
import { parsePatch } from "./parse-patch.js";
import { accept, refuse, refuseAll, type PatchError, type Refusal, type Result } from "./patch-error.js";
import type { FilePatch, Hunk } from "./patch.js";
import { pathGuard, type PathGuard, type Policy } from "./policy.js";

/** The text of the file at a path that the policy allows, undefined if there is none. */
export type ReadFile = (path: string) => string | undefined;

export interface Applied {
  readonly ok: true;
  /** In the order of the patch, at least one. */
  readonly files: readonly FileChange[];
}

/**
 * Applies a unified diff, as written by a tool or a language model, to the files that `read` returns.
 * Wrong counts, wrong or missing line numbers, lost blanks, changed line ends and Markdown around the diff are mended where the file
 * leaves one possible place; everything else is refused, with the reason as a value. Writes nothing.
 */
export function applyPatch(
  text: string,
  options: { readonly read: ReadFile; readonly policy: Policy },
): Applied | Refusal {
  const guard = pathGuard(options.policy);
  const problem = checkPatchText(text, guard.limits);
  if (problem) return problem;
  const parsed = parsePatch(text);
  if (!parsed.ok) return parsed;
  const many = checkHunks(parsed.value, guard);
  if (many) return many;
  const sections = mergeSections(parsed.value);
  if (!sections.ok) return sections;
  const read = cached(options.read);
  const refusal = checkSections(sections.value, guard) ?? checkClashes(sections.value, read);
  if (refusal) return refusal;
  return applyAll(sections.value, read, guard);
}

function applyAll(sections: readonly FilePatch[], read: ReadFile, guard: PathGuard): Applied | Refusal {
  const files: FileChange[] = [];
  const errors: PatchError[] = [];
  const gone = sections.filter(({ action }) => action === "delete").map(({ path }) => read(path) ?? "");
  const deleted = hiddenCharacters(gone.join("\n"));
  for (const section of sections) {
    const source = section.from ?? section.path;
    const before = section.action === "create" ? undefined : read(source);
    const result = checked(source, before, guard) ?? applySection(section, before, deleted);
    const after = result.ok && checkedAfter(section, result.value, guard);
    if (!result.ok) errors.push(result.error);
    else if (after) errors.push(after.error);
    else files.push(result.value);
  }
  return refuseAll(errors) ?? { ok: true, files };
}

/** What was done, held against the policy once more, whatever was asked for. */
function checkedAfter({ line }: FilePatch, { path, from, after }: FileChange, guard: PathGuard): Refusal | undefined {
  const name = guard.check(path, line) ?? (from === undefined ? undefined : guard.check(from, line));
  return name ?? checked(path, after, guard);
}

function checked(path: string, text: string | undefined, guard: PathGuard): Refusal | undefined {
  return text === undefined ? undefined : checkFileText(path, text, guard.limits);
}

function cached(read: ReadFile): ReadFile {
  const known = new Map<string, string | undefined>();
  return (path) => {
    if (!known.has(path)) known.set(path, read(path));
    return known.get(path);
  };
}

/** Several sections that modify one file become one; any other repetition is refused. */
function mergeSections(sections: readonly FilePatch[]): Result<readonly FilePatch[]> {
  const merged = new Map<string, FilePatch>();
  for (const section of sections) {
    const known = merged.get(section.path);
    if (!known) {
      merged.set(section.path, section);
      continue;
    }
    if (known.action !== "modify" || section.action !== "modify") return duplicate(section.path, section.line);
    const later = section.hunks.map((hunk): Hunk => ({ ...hunk, index: known.hunks.length + hunk.index }));
    merged.set(section.path, { ...known, hunks: [...known.hunks, ...later] });
  }
  return accept([...merged.values()]);
}

function duplicate(path: string, line: number): Refusal {
  const message = `the patch speaks of ${path} more than once, and not only to modify it: say in one section what happens to it`;
  return refuse("duplicate-file", message, { file: path, line });
}

/** Before sections are merged, which takes the square of their number. */
function checkHunks(sections: readonly FilePatch[], { limits }: PathGuard): Refusal | undefined {
  const hunks = sections.reduce((sum, section) => sum + section.hunks.length, 0);
  if (hunks <= limits.hunks) return undefined;
  return refuse("too-large", `the patch has ${hunks} hunks, at most ${limits.hunks} are allowed`);
}

function checkSections(sections: readonly FilePatch[], guard: PathGuard): Refusal | undefined {
  const { limits } = guard;
  if (sections.length > limits.files) {
    return refuse("too-large", `the patch touches ${sections.length} files, at most ${limits.files} are allowed`);
  }
  const refusals = sections.flatMap(({ path, from, line }) => [
    guard.check(path, line),
    from === undefined ? undefined : guard.check(from, line),
  ]);
  return refuseAll(refusals.flatMap((refusal) => (refusal ? [refusal.error] : [])));
}

/** Files that would stand in each other's way, within the patch or in the tree. */
function checkClashes(sections: readonly FilePatch[], read: ReadFile): Refusal | undefined {
  const vacated = new Set(sections.filter((s) => s.action === "rename").map((s) => s.from!));
  const exists = (path: string) => read(path) !== undefined && !vacated.has(path);
  const folded = new Set<string>();
  const written = new Set(sections.filter((s) => s.action !== "delete").map((s) => s.path));
  const twin = twinNames(sections, (section) => isNew(section, read));
  if (twin) return twin;
  for (const section of sections) {
    const { path, line, action } = section;
    const fold = foldPath(path);
    if (folded.has(fold) || (vacated.has(path) && (action === "modify" || action === "delete")))
      return duplicate(path, line);
    folded.add(fold);
    if (!isNew(section, read)) continue;
    const blocker = exists(path) ? path : parentsOf(path).find((parent) => exists(parent) || written.has(parent));
    if (blocker !== undefined) return occupied(section, blocker);
  }
  return repeatedSource(sections);
}

/** A section that makes its file appear, although it may be written as a modification. */
function isNew(section: FilePatch, read: ReadFile): boolean {
  if (section.action === "modify") return insertsIntoNothing(section) && read(section.path) !== "";
  return section.action !== "delete";
}

/** A new file or a folder above it that would be taken for another one of which the patch speaks. */
function twinNames(sections: readonly FilePatch[], appears: (section: FilePatch) => boolean): Refusal | undefined {
  const spelled = new Map<string, string>();
  const [fresh, others] = [sections.filter(appears), sections.filter((section) => !appears(section))];
  for (const { path } of others) for (const name of parentsOf(path)) spelled.set(foldPath(name), name);
  for (const { path, line } of fresh) {
    for (const name of parentsOf(path)) {
      const other = spelled.get(foldPath(name)) ?? name;
      const message = `${name} would be taken for ${other}, of which the patch speaks too: use one spelling`;
      if (other !== name) return refuse("name-clash", message, { file: path, line });
      spelled.set(foldPath(name), name);
    }
  }
  return undefined;
}

function occupied(section: FilePatch, blocker: string): Refusal {
  const { path, line } = section;
  const way = blocker === path ? "the patch would create it" : `the patch would create ${path} below it`;
  return refuse(
    "file-exists",
    `${blocker} exists already as a file, but ${way}: modify it instead, or choose another name`,
    {
      file: path,
      line,
    },
  );
}

function repeatedSource(sections: readonly FilePatch[]): Refusal | undefined {
  const sources = new Set<string>();
  for (const { action, from, line } of sections) {
    if (action !== "rename") continue;
    if (sources.has(from!)) return duplicate(from!, line);
    sources.add(from!);
  }
  return undefined;
}
