// Which values the backward pass sees: those of the forward pass, or copies computed again just before they are needed.

import { GraphError } from "../errors.js";
import { attribute, type GraphBuilder } from "../graph/builder.js";
import type { Node, Value } from "../graph/graph.js";
import type { OpType } from "../graph/operators.js";

/**
 * The nodes between two checkpoints are a segment. When the backward pass reaches one, its nodes are appended to the graph a second time, reading
 * the checkpoint before it; the first copies are then needed by the forward pass alone and can be dropped early.
 */
export class Recomputation {
  readonly #b: GraphBuilder;
  readonly #nodes: readonly Node[];
  readonly #kept: ReadonlySet<string>;
  /** Index of the node after each checkpoint's own; what follows the last checkpoint is never computed again. */
  readonly #ends: readonly number[];
  #segment: number;
  #copies = new Map<string, Value>();

  /** @throws GraphError `checkpoint` for a value that no node computes, or one out of order. */
  constructor(b: GraphBuilder, nodes: readonly Node[], checkpoints: readonly Value[]) {
    this.#b = b;
    this.#nodes = nodes;
    this.#kept = new Set(checkpoints.map(({ name }) => name));
    this.#ends = checkpoints.map(({ name }) => nodes.findIndex((node) => node.outputs.includes(name)) + 1);
    this.#segment = checkpoints.length;
    const wrong = this.#ends.findIndex((end, i) => end === 0 || end <= (this.#ends[i - 1] ?? 0));
    if (wrong >= 0) {
      const { name } = checkpoints[wrong];
      const message = `"${name}" is no checkpoint: nodes compute checkpoints, and they are given in that order`;
      throw new GraphError("checkpoint", message, { place: { node: name } });
    }
  }

  /** Told of the node whose gradient comes next and of a gradient that is known by now. */
  before(index: number, gradient: Value): void {
    const segment = this.#ends.findIndex((end) => index < end);
    if (segment < 0 || segment === this.#segment) return;
    this.#segment = segment;
    this.#copies = new Map();
    const start = this.#ends[segment - 1] ?? 0;
    for (const node of this.#nodes.slice(start, this.#ends[segment])) this.#repeat(node, gradient);
  }

  /** What the backward pass reads for a value of the forward pass. */
  value(name: string): Value {
    return this.#copies.get(name) ?? this.#b.value(name);
  }

  #repeat(node: Node, gradient: Value): void {
    if (node.outputs.every((name) => this.#kept.has(name))) return;
    const inputs = node.inputs.map((name) => (name === "" ? null : this.#input(name, gradient)));
    const declared = node.outputs.map((name) => this.#b.value(name));
    const outputs = this.#b.node(node.opType as OpType, inputs, node.attributes, declared);
    outputs.forEach((copy, i) => this.#copies.set(node.outputs[i], copy));
  }

  #input(name: string, gradient: Value): Value {
    const known = this.#copies.get(name);
    if (known || !this.#kept.has(name)) return known ?? this.#b.value(name);
    const late = this.#after(this.#b.value(name), gradient);
    this.#copies.set(name, late);
    return late;
  }

  /** `value`, but not before `gradient` is there: else ONNX Runtime may repeat everything at once, or find that it is the same. */
  #after(value: Value, gradient: Value): Value {
    const b = this.#b;
    const first = b.op("Gather", [b.reshape(gradient, [-1]), b.integers([0])], { axis: attribute.int(0) });
    return b.add(value, b.scale(first, 0));
  }
}
