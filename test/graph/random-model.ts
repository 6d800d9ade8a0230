// Valid models by chance: operators of the house on values that exist, every kind of attribute and tensor, graphs inside nodes, and names
// of all kinds. Nothing a runtime could make sense of.

import {
  elementCount,
  type Attribute,
  type Graph,
  type Model,
  type Tensor,
  type Value,
} from "../../src/graph/graph.js";
import { ATTRIBUTE_KINDS, ELEMENT_TYPES, STORAGE } from "../../src/graph/onnx-fields.js";
import { operators, type OpType } from "../../src/graph/operators.js";
import { listOf, pick, type Roll } from "../support/fuzzing.js";

const LETTERS = ["a", "/w.", "ß", "名", "🙂", "\u0000", "\uFEFF", '"', "\n", "1", "__proto__", "constructor", " "];

const INTEGERS = [0, 1, -1, 127, 128, -(2 ** 31), 2 ** 32, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

const OP_TYPES = Object.keys(operators) as OpType[];

/** Names that are in use around a graph, and a number that makes the next one new. */
interface Scope {
  readonly names: readonly string[];
  readonly counter: { next: number };
}

export function randomModel(roll: Roll): Model {
  return {
    graph: randomGraph(roll, { names: [], counter: { next: 0 } }, 2),
    irVersion: roll(20),
    opsets: Object.fromEntries(listOf(roll(3), (i) => [["", "com.microsoft", word(roll)][i], roll(100)])),
    metadata: Object.fromEntries(listOf(roll(3), () => [word(roll), word(roll)])),
  };
}

function randomGraph(roll: Roll, outer: Scope, depth: number): Graph {
  const names = [...outer.names];
  const add = (): string => {
    names.push(`${outer.counter.next++} ${word(roll)}`);
    return names.at(-1)!;
  };
  const inputs = listOf(roll(3), () => randomValue(roll, add()));
  const initializers = listOf(roll(4), () => [add(), randomTensor(roll)] as const);
  if (inputs.length > 0 && roll(3) === 0) initializers.push([inputs[0].name, randomTensor(roll)]);
  const made: string[] = [];
  const nodes = listOf(roll(6), () => {
    const opType = pick(roll, OP_TYPES);
    const read = listOf(roll(4), () => (names.length === 0 || roll(5) === 0 ? "" : pick(roll, names)));
    const scope = { names, counter: outer.counter };
    const attributes = listOf(roll(3), () => [word(roll), randomAttribute(roll, scope, depth)] as const);
    const outputs = listOf(1 + roll(2), () => (roll(5) === 0 ? "" : add()));
    made.push(...outputs.filter((name) => name !== ""));
    const name = roll(3) === 0 ? "" : word(roll);
    return {
      name,
      opType,
      domain: operators[opType].domain,
      inputs: read,
      outputs,
      attributes: Object.fromEntries(attributes),
    };
  });
  return {
    name: roll(2) === 0 ? "" : word(roll),
    inputs,
    outputs: names.length === 0 ? [] : listOf(roll(3), () => randomValue(roll, pick(roll, names))),
    initializers: new Map(initializers),
    nodes,
    values: new Map(made.filter(() => roll(2) === 0).map((name) => [name, randomValue(roll, name)])),
  };
}

const word = (roll: Roll): string => listOf(1 + roll(3), () => pick(roll, LETTERS)).join("");

function randomValue(roll: Roll, name: string): Value {
  const shape = listOf(roll(4), () => pick(roll, [0, 1, 7, 2 ** 40, "", "batch", word(roll)]));
  return { name, type: pick(roll, ELEMENT_TYPES), shape };
}

function randomTensor(roll: Roll): Tensor {
  const type = pick(roll, ELEMENT_TYPES);
  const shape = listOf(roll(4), () => roll(4));
  const data = STORAGE[type].allocate(elementCount(shape));
  const bytes = new Uint8Array(data.buffer);
  for (const at of bytes.keys()) bytes[at] = roll(type === "bool" ? 2 : 256);
  return { type, shape, data };
}

const float = (roll: Roll): number => new Float32Array(Uint32Array.of(roll(2 ** 32)).buffer)[0];

function randomAttribute(roll: Roll, scope: Scope, depth: number): Attribute {
  const kind = pick(roll, ATTRIBUTE_KINDS);
  switch (kind) {
    case "int":
      return { kind, value: pick(roll, INTEGERS) };
    case "float":
      return { kind, value: float(roll) };
    case "string":
      return { kind, value: roll(3) === 0 ? "" : word(roll) };
    case "tensor":
      return { kind, value: randomTensor(roll) };
    case "ints":
      return { kind, value: listOf(roll(5), () => pick(roll, INTEGERS)) };
    case "floats":
      return { kind, value: listOf(roll(5), () => float(roll)) };
    case "strings":
      return { kind, value: listOf(roll(4), () => (roll(3) === 0 ? "" : word(roll))) };
    case "graph":
      if (depth > 0) return { kind, value: randomGraph(roll, scope, depth - 1) };
  }
  return { kind: "int", value: depth };
}
