import { describe, expect, test } from "@jest/globals";
import type { Attribute, Graph } from "../../src/graph/graph.js";
import { readOnnx } from "../../src/graph/read-onnx.js";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import { frugally, LARGE } from "../support/fuzzing.js";
import { floats, modelOf, node } from "./models.js";
import { refusal } from "./refusal.js";

describe("a graph", () => {
  test.each([
    ["with a cycle", [node("Neg", ["b"], ["a"]), node("Neg", ["a"], ["b"])], "undefined-value", "Neg_a"],
    ["with nodes out of order", [node("Neg", ["a"], ["b"]), node("Neg", ["x"], ["a"])], "undefined-value", "Neg_b"],
    ["with a node that reads itself", [node("Neg", ["a"], ["a"])], "undefined-value", "Neg_a"],
    ["with one name made twice", [node("Neg", ["x"], ["a"]), node("Abs", ["x"], ["a"])], "duplicate-name", "Abs_a"],
    ["with a node that overwrites an input", [node("Neg", ["x"], ["x"])], "duplicate-name", "Neg_x"],
  ])("%s is refused, naming the node", (_, nodes, code, name) => {
    const inputs = [{ name: "x", type: "float32" as const, shape: [1] }];
    expect(refusal(() => readOnnx(writeOnnx(modelOf({ inputs, nodes }))))).toEqual({ code, node: name });
  });

  test("with an output that nothing makes is refused", () => {
    const outputs = [{ name: "y", type: "float32" as const, shape: [1] }];
    expect(refusal(() => readOnnx(writeOnnx(modelOf({ outputs }))))).toEqual({ code: "undefined-value", node: "y" });
  });
});

describe("graphs inside nodes", () => {
  const inner = (graph: Partial<Graph>): Record<string, Attribute> => ({
    body: { kind: "graph", value: modelOf(graph).graph },
  });
  const inputs = [{ name: "x", type: "float32" as const, shape: [1] }];
  const neg = inner({ nodes: [node("Neg", ["x"], ["a"])] });

  test("see what stands around them, and may use each other's names", () => {
    const model = modelOf({ inputs, nodes: [node("If", [], ["y"], neg), node("If", ["y"], ["z"], neg)] });
    expect(readOnnx(writeOnnx(model))).toEqual(model);
  });

  test.each([
    [
      "that read what comes after them",
      [node("If", [], ["y"], inner({ nodes: [node("Neg", ["z"], ["a"])] }))],
      "Neg_a",
    ],
    [
      "that read their own node's output",
      [node("If", [], ["y"], inner({ nodes: [node("Neg", ["y"], ["a"])] }))],
      "Neg_a",
    ],
    ["whose names are read from outside", [node("If", [], ["y"], neg), node("Neg", ["a"], ["z"])], "Neg_z"],
    [
      "with an output that nothing makes",
      [node("If", [], ["y"], inner({ outputs: inputs.map((x) => ({ ...x, name: "q" })) }))],
      "q",
    ],
  ])("%s are refused", (_, nodes, name) => {
    const file = writeOnnx(modelOf({ inputs, nodes }));
    expect(refusal(() => readOnnx(file))).toEqual({ code: "undefined-value", node: name });
  });

  test("that make a name of the graph around them are refused", () => {
    const nodes = [node("If", [], ["y"], inner({ initializers: new Map([["x", floats([1], [0])]]) }))];
    const file = writeOnnx(modelOf({ inputs, nodes }));
    expect(refusal(() => readOnnx(file))).toEqual({ code: "duplicate-name", node: "x" });
  });

  test("cost no more where many names stand around them", () => {
    const values = Array.from({ length: 5000 }, (_, i) => node("Constant", [], [`v${i}`]));
    const graphs = values.map((_, i) => node("If", [`v${i}`], [`w${i}`], neg));
    const file = writeOnnx(modelOf({ inputs, nodes: [...values, ...graphs] }));
    expect(frugally(() => readOnnx(file).graph.nodes.length, LARGE)).toEqual({ value: 10_000 });
  });
});
