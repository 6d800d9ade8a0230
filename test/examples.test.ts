import { describe, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";

/** What a program prints, line by line. It imports the built package by its public names. */
const printed = (name: string) =>
  execFileSync(process.execPath, [`examples/programs/${name}`], { encoding: "utf8" })
    .trim()
    .split("\n");
const numbers = (line: string) => (line.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);

describe("the programs in examples/", () => {
  test("build a graph, write it and read it back", () => {
    expect(printed("build-a-graph.mjs")).toEqual([
      "MatMul(x, first) -> MatMul_0_out",
      "Relu(MatMul_0_out) -> Relu_1_out",
      "MatMul(Relu_1_out, second) -> y",
      "y is [rows, 2]",
    ]);
  });

  test("differentiate a graph, and agree with finite differences", () => {
    const [, analytic, numeric] = printed("differentiate-a-graph.mjs").map(numbers);
    expect(analytic).toHaveLength(3);
    expect(Math.abs(analytic[0])).toBeGreaterThan(0.1);
    expect(numeric[0]).toBeCloseTo(analytic[0], 2);
  });

  test("train a model that PyTorch exported", () => {
    const lines = printed("train-any-model.mjs");
    const losses = lines.slice(0, 4).map((line) => numbers(line)[1]);
    expect(losses[3]).toBeLessThan(losses[0] - 1);
    expect(numbers(lines[4])[0]).toBeGreaterThan(50_000);
  });

  test("are all run here", () => {
    const known = ["build-a-graph.mjs", "differentiate-a-graph.mjs", "train-any-model.mjs"];
    expect(readdirSync("examples/programs").toSorted()).toEqual(known);
  });
});
