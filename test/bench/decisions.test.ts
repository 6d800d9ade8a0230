import { describe, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";

interface Row {
  readonly gain: { readonly mean: number };
  readonly wrong: { readonly mean: number };
  readonly trainings: { readonly mean: number };
}

interface Result {
  readonly streams: Readonly<Record<"null" | "plateau" | "early", Readonly<Record<string, Row>>>>;
  readonly confirmed: Readonly<Record<string, { readonly mean: number }>>;
}

describe("the bench of decision rules", () => {
  test("drives AXON's own cycle beside its peers: fewer false merges, most of the gain, within the same trainings", () => {
    const output = execFileSync(process.execPath, ["bench/run.mjs", "decisions", "--repeats", "40"], { stdio: "pipe" });
    const { streams, confirmed } = JSON.parse(output.toString()) as Result;
    for (const rows of Object.values(streams)) {
      expect(Object.keys(rows)).toHaveLength(7);
      for (const { trainings } of Object.values(rows)) expect(trainings.mean).toBeLessThanOrEqual(400);
    }
    expect(streams.null["AXON"].gain.mean).toBeCloseTo(0, 12);
    expect(streams.null["AXON"].wrong.mean).toBeLessThan(0.3);
    expect(streams.null["greedy, single run"].wrong.mean).toBeGreaterThan(4);
    expect(streams.early["AXON"].gain.mean).toBeGreaterThan(0.6 * streams.early["greedy, single run"].gain.mean);
    expect(confirmed["1"].mean).toBeGreaterThan(0.65);
  });
});
