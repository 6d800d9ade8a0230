import { describe, expect, test } from "@jest/globals";
import { createHash } from "node:crypto";
import type { Receipt } from "../../src/candidate.js";
import { DEFAULT_SPEC } from "../../src/spec.js";
import { parseReceipt } from "../../src/store/receipt.js";
import { decision, pair } from "../support/evidence.js";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const diff = "--- a/model/spec.yml\n+++ b/model/spec.yml\n@@ -1 +1 @@\n-a\n+b\n";

const GOOD: Receipt = {
  version: 3,
  id: "0123456789ab",
  repository: "essays",
  baseCommit: "a".repeat(40),
  diff,
  diffSha256: sha256(diff),
  steps: [{ attempt: "3-0123abcd", proposer: "llm", model: "some-model", prompt: "0123456789abcdef" }],
  baselineSpec: DEFAULT_SPEC,
  candidateSpec: DEFAULT_SPEC,
  initialCheckpoint: null,
  corpus: { sha256: sha256("corpus"), paths: null },
  split: { epoch: 0, heldOutSha256: sha256("held out"), heldOutBytes: 9_000 },
  evaluator: "1",
  objective: { name: "bits per byte", direction: "lower", selfReported: false },
  flops: 1e12,
  noise: { runs: 5, deviation: 0.01, detectable: 0.012 },
  pairs: [pair(1, 3.5, 3.25), pair(2, 3.625, 3.375)],
  trades: [{ measure: "parameters", baseline: 5000, candidate: 5000, bound: 0.05, within: true }],
  decision: decision({
    verdict: "accepted",
    reason: "better",
    effect: -0.25,
    interval: [-0.3, -0.2],
    pValue: 0.001,
    pairs: 2,
    power: 0.9,
    morePairs: 3,
  }),
  runtime: { onnxruntime: "1.30.0", node: "v20.20.2", cpu: "some CPU", threads: 1 },
};

type Path = readonly (string | number)[];
type Container = Record<string | number, unknown>;

/** Every place in a value, containers included. */
function places(value: unknown, at: Path = []): Path[] {
  if (value === null || typeof value !== "object") return [at];
  return [
    ...(at.length === 0 ? [] : [at]),
    ...Object.keys(value).flatMap((key) => places((value as Container)[key], [...at, key])),
  ];
}

/** The text of a receipt after one change to the container that holds `path`. */
function damaged(path: Path, change: (container: Container, key: string | number) => void): string {
  const copy = structuredClone(GOOD) as unknown as Container;
  change(
    path.slice(0, -1).reduce<Container>((at, key) => at[key] as Container, copy),
    path.at(-1)!,
  );
  return JSON.stringify(copy);
}

function refusal(text: string): string {
  try {
    parseReceipt(text, "r.json");
  } catch (error) {
    expect(error).toMatchObject({ name: "InputError", code: "receipt", place: { file: "r.json" } });
    return (error as Error).message;
  }
  return "accepted";
}

/** All places whose content is checked: what the specs say is read, not believed. */
const CHECKED = places(GOOD).filter(([first]) => first !== "baselineSpec" && first !== "candidateSpec");

describe("a receipt", () => {
  test("is read back as it was written", () => {
    expect(parseReceipt(JSON.stringify(GOOD, null, 2), "r.json")).toEqual(GOOD);
    const sha256Commit = { ...GOOD, baseCommit: "b".repeat(64) };
    expect(parseReceipt(JSON.stringify(sha256Commit), "r.json")).toEqual(sha256Commit);
  });

  test("is refused without any one of its fields, which is named", () => {
    for (const path of places(GOOD).filter(
      ([first, second]) => second === undefined || !String(first).endsWith("Spec"),
    )) {
      if (Number.isInteger(Number(path.at(-1)))) continue; // an item of a list
      const text = damaged(path, (container, key) => delete container[key]);
      expect([path, refusal(text)]).toEqual([path, expect.stringContaining(`: ${path.join(".")}: `)]);
    }
  });

  test("is refused with anything of another type, which is named", () => {
    for (const path of CHECKED) {
      const text = damaged(path, (container, key) => (container[key] = { unexpected: true }));
      expect([path, refusal(text)]).toEqual([path, expect.stringContaining(`: ${path.join(".")}`)]);
    }
  });

  test.each<[Path, unknown]>([
    [["version"], 1],
    [["baseCommit"], "main"],
    [["baseCommit"], "a".repeat(39)],
    [["diffSha256"], "abc"],
    [["corpus", "sha256"], "0".repeat(63)],
    [["split", "epoch"], -1],
    [["split", "heldOutBytes"], -1],
    [["objective", "direction"], "sideways"],
    [["flops"], 0],
    [["flops"], -1],
    [["pairs"], []],
    [["pairs", 0, "seed"], 0.5],
    [["pairs", 1, "candidate", "training", "steps"], 0],
    [["pairs", 1, "candidate", "score"], null], // what NaN and Infinity become in JSON
    [["pairs", 0, "baseline", "model", "sha256"], "z".repeat(64)],
    [["trades", 0, "measure"], "beauty"],
    [["decision", "pValue"], 1.5],
    [["decision", "verdict"], "certain"],
    [["decision", "interval"], [-1]],
    [["decision", "pairs"], -1],
    [["runtime", "threads"], 0],
  ])("is refused when %j is %j", (path, value) => {
    const text = damaged(path, (container, key) => (container[key] = value));
    expect(refusal(text)).toContain(`: ${path.join(".")}: `);
  });

  test("is refused when its diff was changed after it was hashed", () => {
    const text = damaged(["diff"], (container) => (container["diff"] = diff.replace("+b", "+c")));
    expect(refusal(text)).toContain("diffSha256 is not the hash of its diff");
  });

  test("is refused with a field that nobody knows", () => {
    expect(refusal(damaged(["runtime"], (container) => (container["note"] = "trust me")))).toContain("note");
    expect(refusal(damaged(["pairs", 0, "seed"], (container) => (container["note"] = 1)))).toContain("pairs.0: ");
  });

  test.each(["", "{", "null", "[]", "3", '"receipt"'])("is not %j", (text) => {
    expect(refusal(text)).toMatch(/^r\.json is no receipt of this version: it/);
  });

  test("is refused when its end is missing or its diff is beyond all measure", () => {
    expect(refusal(JSON.stringify(GOOD).slice(0, -1))).toContain("it is not JSON");
    expect(refusal(JSON.stringify({ ...GOOD, diff: "x".repeat(1_000_001) }))).toContain(": diff: ");
  });
});
