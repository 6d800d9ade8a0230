import { expect, test } from "@jest/globals";
import { changeOf } from "../../src/report/bundle.js";

test("a step of several values says each of them, and a model's sentence is left whole", () => {
  const hypothesis = "batch 8 -> 4: the same bytes give more steps; width 64 -> 32: it takes more steps";
  expect(changeOf({ proposer: "search", hypothesis })).toBe("batch 8 -> 4, width 64 -> 32");
  const said = "warm up; then fall: slower at first\nand more";
  expect(changeOf({ proposer: "llm", hypothesis: said })).toBe("warm up; then fall");
});
