// Tiny models over bytes whose costs can be worked out by hand, honest and cheating ones.

import type { Model, Node, Tensor } from "../../src/graph/graph.js";
import { attribute } from "../../src/graph/builder.js";
import { generator } from "../../src/random.js";
import { modelOf, node } from "../graph/models.js";

type Table = (row: number, column: number) => number;

const integers = (...data: bigint[]): Tensor => ({
  type: "int64",
  shape: [data.length],
  data: BigInt64Array.from(data),
});

export function tableOf(rows: number, width: number, entry: Table): Tensor {
  const data = Float32Array.from({ length: rows * width }, (_, i) => entry(Math.floor(i / width), i % width));
  return { type: "float32", shape: [rows, width], data };
}

const noise = generator("byte-models");
export const BIGRAM = tableOf(256, 256, (row, column) => 3 * noise.uniform(row * 256 + column));
const KNOWS = tableOf(256, 256, (row, column) => (row === column ? 20 : 0));

/** Nodes that end in "logits", over "input_ids" and a few constants that all these models share. */
export function byteModel(nodes: readonly Node[], initializers: Record<string, Tensor> = {}, context = 16): Model {
  const shared = { bigram: BIGRAM, knows: KNOWS, zero: integers(0n), one: integers(1n), end: integers(2n ** 31n) };
  const model = modelOf({
    inputs: [{ name: "input_ids", type: "int64", shape: ["batch", "sequence"] }],
    outputs: [{ name: "logits", type: "float32", shape: ["batch", "sequence", 256] }],
    initializers: new Map(Object.entries({ ...shared, ...initializers })),
    nodes,
  });
  return { ...model, metadata: { "axon.context": String(context) } };
}

/** Logits are a row of a table chosen by the byte before. */
export const lookup = (table: Tensor, context?: number) =>
  byteModel([node("Gather", ["table", "input_ids"], ["logits"])], { table }, context);

/** "peek" [batch, sequence, 256]: nearly all weight on the very next byte of the input. */
const PEEK = [
  node("Slice", ["input_ids", "one", "end", "one"], ["later"]),
  node("Slice", ["input_ids", "zero", "one", "one"], ["first"]),
  node("Concat", ["later", "first"], ["next"], { axis: attribute.int(1) }),
  node("Gather", ["knows", "next"], ["peek"]),
];
const HONEST = node("Gather", ["bigram", "input_ids"], ["honest"]);

/** The bigram model, plus the next byte wherever `gate` (a float of a shape that fits [batch, sequence, 1]) is 1. */
export function peekWhere(gate: readonly Node[], initializers: Record<string, Tensor> = {}): Model {
  const blend = [node("Mul", ["peek", "gate"], ["gated"]), node("Add", ["honest", "gated"], ["logits"])];
  return byteModel([...PEEK, HONEST, ...gate, ...blend], initializers);
}

const FLOAT = { to: attribute.int(1) };

/** Gate: only where the byte is `trigger`. */
export const atByte = (trigger: number) =>
  peekWhere(
    [
      node("Equal", ["input_ids", "trigger"], ["hit"]),
      node("Cast", ["hit"], ["flat"], FLOAT),
      node("Unsqueeze", ["flat", "last"], ["gate"]),
    ],
    { trigger: integers(BigInt(trigger)), last: integers(2n) },
  );

/** Gate: only when the batch has one row, as if to tell scoring from checking. */
export const whenAlone = () =>
  peekWhere([
    node("Shape", ["input_ids"], ["rows"], { start: attribute.int(0), end: attribute.int(1) }),
    node("Equal", ["rows", "one"], ["hit"]),
    node("Cast", ["hit"], ["gate"], FLOAT),
  ]);

/** The bigram model plus a little of the mean over the rows of the batch. */
export const rowMixer = (weight: number) =>
  byteModel(
    [
      HONEST,
      node("ReduceMean", ["honest", "zero"], ["mean"], { keepdims: attribute.int(1) }),
      node("Mul", ["mean", "weight"], ["some"]),
      node("Add", ["honest", "some"], ["logits"]),
    ],
    { weight: { type: "float32", shape: [], data: Float32Array.of(weight) } },
  );

/** Logits depend on the first byte of the window, the byte before, and the position; at most `context` positions exist. */
export const windowed = (context: number, positions: Tensor) =>
  byteModel(
    [
      HONEST,
      node("Slice", ["input_ids", "zero", "one", "one"], ["first"]),
      node("Gather", ["bigram", "first"], ["start"]),
      node("Shape", ["input_ids"], ["length"], { start: attribute.int(1) }),
      node("Slice", ["positions", "zero", "length", "zero"], ["places"]),
      node("Add", ["honest", "start"], ["both"]),
      node("Add", ["both", "places"], ["logits"]),
    ],
    { positions },
    context,
  );
