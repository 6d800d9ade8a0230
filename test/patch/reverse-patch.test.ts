import { describe, expect, test } from "@jest/globals";
import { applyPatch, createPatch } from "../../src/patch/index.js";
import { reversePatch } from "../../src/patch/reverse-patch.js";
import { generator } from "../../src/random.js";

type Files = Readonly<Record<string, string | undefined>>;

function after(diff: string, files: Files): Record<string, string | undefined> {
  const applied = applyPatch(diff, { read: (path) => files[path], policy: { allow: ["**"] } });
  if (!applied.ok) throw new Error(applied.error.message);
  const changed = { ...files };
  for (const { path, after: text } of applied.files) changed[path] = text ?? undefined;
  return changed;
}

describe("the reverse of a diff takes back", () => {
  const cases: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ["an edit", "a\nb\nc\n", "a\nB\nc\nd\n"],
    ["a new file", undefined, "one\ntwo\n"],
    ["a deleted file", "one\ntwo\n", undefined],
    ["a missing last line end", "a\nb", "a\nb\n"],
  ];
  test.each(cases)("%s", (_, before, changed) => {
    const diff = createPatch("model/spec.yml", before, changed);
    const done = after(diff, { "model/spec.yml": before });
    expect(done).toEqual({ "model/spec.yml": changed });
    expect(after(reversePatch(diff), done)).toEqual({ "model/spec.yml": before });
  });

  test("several files at once, whatever their lines", () => {
    for (let round = 0; round < 200; round++) {
      const draw = generator("reverse", round);
      const text = (stream: number) =>
        Array.from({ length: 12 }, (__, i) => `line ${Math.floor(draw.uniform(100 * stream + i) * 5)}\n`).join("");
      const before = { "a.txt": text(1), "b.txt": text(2) };
      const diff = createPatch("a.txt", before["a.txt"], text(3)) + createPatch("b.txt", before["b.txt"], text(4));
      if (diff === "") continue;
      expect(after(reversePatch(diff), after(diff, before))).toEqual(before);
    }
  });
});
