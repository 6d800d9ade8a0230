import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { gradients } from "../../src/autodiff/gradients.js";
import { GraphError } from "../../src/errors.js";
import { GraphBuilder } from "../../src/graph/builder.js";
import { elementCount, type Attribute, type Graph, type Model, type Node, type Tensor } from "../../src/graph/graph.js";
import { operators } from "../../src/graph/operators.js";
import { readOnnx } from "../../src/graph/read-onnx.js";
import { importGraph } from "../../src/import/import-graph.js";
import { rewrites } from "../../src/import/rewrites.js";
import { generator } from "../../src/random.js";
import { tensor } from "./both-ways.js";

const model = readOnnx(new Uint8Array(readFileSync("examples/torch/tiny-gpt.onnx")));
const ROUNDS = 300;

/** Whole numbers below a limit, one after the other, the same on every machine. */
function dice(key: string): (limit: number) => number {
  const stream = generator("robustness", key);
  let at = 0;
  return (limit) => stream.uint32(at++) % limit;
}

type Dice = ReturnType<typeof dice>;

const pick = <T>(roll: Dice, from: readonly T[]): T => from[roll(from.length)];
const NUMBERS = [0, 1, -1, 2, 3, -7, 2 ** 40, -(2 ** 53), 1e30, Number.NaN, Infinity];
const TYPES = ["float32", "float64", "int32", "int64", "bool", "uint8"] as const;

function anyTensor(roll: Dice): Tensor {
  const shape = Array.from({ length: roll(4) }, () => roll(4));
  const type = pick(roll, TYPES);
  const safe = (value: number) => (Number.isSafeInteger(value) ? value : 9);
  return tensor(
    type,
    shape,
    Array.from({ length: elementCount(shape) }, () => {
      const value = pick(roll, NUMBERS);
      return type.startsWith("float") ? value : safe(value);
    }),
  );
}

function anyAttribute(roll: Dice): Attribute {
  const whole = () => pick(roll, NUMBERS.filter(Number.isInteger));
  const all: readonly Attribute[] = [
    { kind: "int", value: whole() },
    { kind: "float", value: pick(roll, NUMBERS) },
    { kind: "string", value: pick(roll, ["", "none", "add", "ij,jk", "...i->i..."]) },
    { kind: "ints", value: Array.from({ length: roll(5) }, whole) },
    { kind: "floats", value: [pick(roll, NUMBERS)] },
    { kind: "strings", value: ["a"] },
    { kind: "tensor", value: anyTensor(roll) },
  ];
  return pick(roll, all);
}

const ATTRIBUTES =
  "axis axes perm keepdims to value alpha equation start end split k mode upper allowzero batch_dims reduction".split(
    " ",
  );

function mutatedNode(roll: Dice, node: Node, names: readonly string[]): Node {
  const at = roll(node.inputs.length + 1);
  const [before, after] = [node.inputs.slice(0, at), node.inputs.slice(at)];
  const changes: readonly (() => Node)[] = [
    () => ({ ...node, inputs: [...before, pick(roll, names), ...after] }),
    () => ({ ...node, inputs: [...before, pick(roll, names), ...after.slice(1)] }),
    () => ({ ...node, inputs: [...before, ...after.slice(1)] }),
    () => ({ ...node, inputs: [...before, "", ...after.slice(1)] }),
    () => ({ ...node, opType: pick(roll, Object.keys(operators)) }),
    () => ({
      ...node,
      opType: pick(roll, Object.keys(rewrites)).replace("com.microsoft.", ""),
      domain: pick(roll, ["", "com.microsoft"]),
    }),
    () => ({ ...node, attributes: { ...node.attributes, [pick(roll, ATTRIBUTES)]: anyAttribute(roll) } }),
    () => ({ ...node, attributes: {} }),
    () => ({ ...node, outputs: roll(2) === 0 ? [...node.outputs, `extra ${roll(1e6)}`] : ["", ...node.outputs] }),
  ];
  return pick(roll, changes)();
}

/** One to three changes, and now and then another operator set. */
function mutated(roll: Dice): Model {
  let { graph } = model;
  for (let left = 1 + roll(3); left > 0; left--) {
    const at = roll(graph.nodes.length);
    const names = [
      ...graph.initializers.keys(),
      ...graph.nodes.slice(0, at).flatMap((node) => node.outputs),
      "input_ids",
    ];
    const initializers = new Map(graph.initializers);
    if (roll(4) === 0) initializers.set(pick(roll, [...initializers.keys()]), anyTensor(roll));
    const nodes = graph.nodes.map((node, i) => (i === at ? mutatedNode(roll, node, names) : node));
    graph = { ...graph, initializers, nodes } satisfies Graph;
  }
  return { ...model, graph, opsets: { "": roll(5) === 0 ? 11 + roll(14) : 14, "com.microsoft": 1 } };
}

/** "done", or the code of the refusal. */
function attempt(broken: Model): string {
  const b = new GraphBuilder("robustness");
  const input_ids = b.input("input_ids", "int64", [1, 4]);
  try {
    const weights = ["bytes.weight", "blocks.0.mlp.0.weight", "norm.bias"].map((name) => {
      const { type, shape } = broken.graph.initializers.get(name)!;
      return b.input(name, type, shape);
    });
    const bound = Object.fromEntries([input_ids, ...weights].map((value) => [value.name, value]));
    const { logits } = importGraph(b, broken, bound);
    gradients(b, b.op("ReduceSum", [logits], { keepdims: { kind: "int", value: 0 } }), weights);
    return "done";
  } catch (error) {
    if (error instanceof GraphError) return error.code;
    throw error;
  }
}

test("a broken model is imported and differentiated, or refused with a GraphError, and nothing else", () => {
  const codes = Array.from({ length: ROUNDS }, (_, round) => attempt(mutated(dice(`${round}`))));
  expect(new Set(codes)).toEqual(expect.objectContaining(new Set(["done", "shape"])));
});
