import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { gradients } from "../../src/autodiff/gradients.js";
import { GraphBuilder } from "../../src/graph/builder.js";
import type { Tensor, Value } from "../../src/graph/graph.js";
import { readOnnx } from "../../src/graph/read-onnx.js";
import { importGraph } from "../../src/import/import-graph.js";
import { evaluate } from "../support/gradient-check.js";
import { tensor } from "./both-ways.js";

// examples/torch/export_model.py writes both: the model, and what PyTorch computed with it.
const model = readOnnx(new Uint8Array(readFileSync("examples/torch/tiny-gpt.onnx")));

interface Packed {
  readonly shape: readonly number[];
  readonly base64: string;
}
interface Expected {
  readonly input_ids: readonly (readonly number[])[];
  readonly labels: readonly (readonly number[])[];
  readonly logits: Packed;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Packed>>;
}
const expected: Expected = JSON.parse(readFileSync("test/fixtures/tiny-gpt.json", "utf8"));

function unpacked({ base64 }: Packed): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(base64, "base64")).buffer);
}

/** ‖ours − theirs‖ ÷ ‖theirs‖. */
function distance(ours: Tensor, theirs: Packed): number {
  const reference = unpacked(theirs);
  expect(ours.shape).toEqual(theirs.shape);
  const norm = (values: Iterable<number>) => Math.hypot(...values);
  return norm(reference.map((value, i) => Number(ours.data[i]) - value)) / norm(reference);
}

const rows = (values: readonly (readonly number[])[]): Tensor =>
  tensor("int64", [values.length, values[0].length], values.flat());

/** The model with everything bound to inputs of the same names. */
function forward(batch: number, sequence: number) {
  const b = new GraphBuilder("imported");
  const input_ids = b.input("input_ids", "int64", [batch, sequence]);
  const parameters = [...model.graph.initializers].map(([name, { type, shape }]) => b.input(name, type, shape));
  const bound = Object.fromEntries([input_ids, ...parameters].map((value): [string, Value] => [value.name, value]));
  const { logits } = importGraph(b, model, bound);
  return { b, parameters, logits };
}

/** Logits, cross entropy over all bytes, and its gradient for every parameter, as one graph. */
function step(batch: number, sequence: number) {
  const { b, parameters, logits } = forward(batch, sequence);
  const labels = b.input("labels", "int64", [batch, sequence]);
  const scores = b.reshape(logits, [batch * sequence, 256]);
  const loss = b.op("SoftmaxCrossEntropyLoss", [scores, b.reshape(labels, [batch * sequence])]);
  const grads = gradients(b, loss, parameters);
  return b.build({
    logits,
    loss,
    ...Object.fromEntries(grads.map((gradient, i) => [`gradient of ${parameters[i].name}`, gradient])),
  });
}

describe("a language model exported by PyTorch", () => {
  const feeds = {
    input_ids: rows(expected.input_ids),
    labels: rows(expected.labels),
    ...Object.fromEntries(model.graph.initializers),
  };

  test("has PyTorch's logits, loss and gradients", async () => {
    const graph = step(2, 16);
    const results = await evaluate(graph, feeds);
    expect(Number(results["loss"].data[0])).toBeCloseTo(expected.loss, 5);
    expect(distance(results["logits"], expected.logits)).toBeLessThan(1e-5);
    const names = Object.keys(expected.gradients);
    expect(names.toSorted()).toEqual([...model.graph.initializers.keys()].toSorted());
    for (const name of names) {
      expect([name, distance(results[`gradient of ${name}`], expected.gradients[name])]).toEqual([
        name,
        expect.closeTo(0, 4),
      ]);
    }
  });

  test("is imported without a trace of its arithmetic on sizes", () => {
    const { b, logits } = forward(3, 5);
    const operators = new Set(b.nodes.map(({ opType }): string => opType));
    for (const gone of ["Shape", "Concat", "Cast", "Range", "Constant", "Unsqueeze", "Identity"]) {
      expect([gone, operators.has(gone)]).toEqual([gone, false]);
    }
    expect(logits.shape).toEqual([3, 5, 256]);
  });
});
