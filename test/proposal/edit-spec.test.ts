// Values change in the text of a spec and nothing else does: checked line by line and against the parsed meaning.

import { describe, expect, test } from "@jest/globals";
import { editSpec, textOfSpec, valueAt } from "../../src/proposal/edit-spec.js";
import { DEFAULT_SPEC, fingerprint, parseSpec } from "../../src/spec.js";

const TEXT = `# Ours.
architecture:
    width:   96    # wide
    heads: 4
    feedForward: {kind: gelu,   ratio: 4} # in braces

# about the optimizer
optimizer: { learningRate: 2.0e-3, schedule: 'cosine' }
training:
    batch: 8`;

const edit = (text: string, path: string, value: string | number | boolean) =>
  editSpec(text, [{ path, value }], "spec.yml")?.text;

describe("a value that is there is replaced in its place", () => {
  test.each([
    ["architecture.width", 128, TEXT.replace("96", "128")],
    ["architecture.feedForward.ratio", 2, TEXT.replace("ratio: 4", "ratio: 2")],
    ["optimizer.learningRate", 0.004, TEXT.replace("2.0e-3", "0.004")],
    ["optimizer.schedule", "constant", TEXT.replace("'cosine'", "constant")],
    ["training.batch", 16, TEXT.replace("batch: 8", "batch: 16")],
  ])("%s", (path, value, expected) => {
    expect(edit(TEXT, path, value)).toBe(expected);
    expect(edit(TEXT.replaceAll("\n", "\r\n"), path, value)).toBe(expected.replaceAll("\n", "\r\n"));
  });
});

describe("a value that is not there is added to its map", () => {
  test.each([
    ["architecture.layers", 6, TEXT.replace("# in braces\n", "# in braces\n    layers: 6\n")],
    ["optimizer.beta2", 0.95, TEXT.replace("'cosine' }", "'cosine', beta2: 0.95 }")],
    ["training.batch", 4, "architecture: { width: 64 }\ntraining:\n  batch: 4\n"],
  ])("%s", (path, value, expected) => {
    const text = expected.includes("Ours") ? TEXT : "architecture: { width: 64 }\n";
    expect(edit(text, path, value)).toBe(expected);
    expect(edit(text.replaceAll("\n", "\r\n"), path, value)).toBe(expected.replaceAll("\n", "\r\n"));
  });

  test("in files that are empty, hold only comments, or end without a newline", () => {
    expect(edit("", "training.batch", 4)).toBe("training:\n  batch: 4\n");
    expect(edit("# nothing yet\n", "architecture.feedForward.ratio", 2)).toBe(
      "# nothing yet\narchitecture:\n  feedForward: { ratio: 2 }\n",
    );
    expect(edit("training:\n  batch: 8", "architecture.layers", 2)).toBe(
      "training:\n  batch: 8\narchitecture:\n  layers: 2\n",
    );
  });

  test("below braces that are empty, through the document", () => {
    const text = edit("architecture: {}\ntraining: {  } # none\n", "training.batch", 4)!;
    expect(parseSpec(text).training.batch).toBe(4);
    expect(text).toContain("# none");
  });
});

test("a result out of range or at odds with itself is none", () => {
  expect(edit(TEXT, "architecture.width", 97)).toBeUndefined();
  expect(edit(TEXT, "optimizer.learningRate", 7)).toBeUndefined();
  expect(edit("architecture: [", "training.batch", 4)).toBeUndefined();
});

test("two values change together where each alone would be refused", () => {
  const both = [
    { path: "architecture.width", value: 90 },
    { path: "architecture.heads", value: 3 },
  ];
  expect(editSpec(TEXT, both, "spec.yml")?.spec.architecture).toMatchObject({ width: 90, heads: 3 });
});

test("the built-in spec as text means the built-in spec", () => {
  const text = textOfSpec(DEFAULT_SPEC);
  expect(fingerprint(parseSpec(text))).toBe(fingerprint(DEFAULT_SPEC));
  expect(text).toContain(`learningRate: ${valueAt(DEFAULT_SPEC, "optimizer.learningRate")}`);
});
