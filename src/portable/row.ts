// What a row of the portable table is, what it sees of a node, and the kinds that many rows share.

import { GraphError } from "../errors.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Attribute, ElementType, Tensor, Value } from "../graph/graph.js";
import { input, integers } from "../graph/operators/call.js";
import type { OpType } from "../graph/operators.js";

type Attributes = Readonly<Record<string, Attribute>>;

export interface Site {
  /** The portable graph so far. */
  readonly b: GraphBuilder;
  readonly opType: OpType;
  /** In the portable graph, where int64 has become int32; only the row's parameters still are int64. */
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Attributes;
  /** What input `index` holds in the original, or nothing where it is absent. @throws GraphError when that is only known at run time. */
  contents(index: number): Tensor | undefined;
}

/** The node's outputs; null for one that no kernel computes, which only matters where it is read. */
export type Lowering = (site: Site) => readonly (Value | null)[];

export interface Row {
  /** What the operator may read as its data: the types that WebGPU has a kernel for. */
  readonly kernel: readonly ElementType[];
  /** Inputs that say sizes, axes and the like: int64 constants, which stay what they are. */
  readonly parameters: readonly number[];
  /** What stands for the node; without it, the node itself. */
  readonly lower?: Lowering;
}

// ----- Types -----
export const REAL: readonly ElementType[] = ["float32"];
export const NUMBER: readonly ElementType[] = ["float32", "int32"];
export const ANY: readonly ElementType[] = ["float32", "int32", "bool"];
export const BOOL: readonly ElementType[] = ["bool"];

// ----- Kinds -----
/** A kernel takes the node as it is; for operands of other types `otherwise` stands in. */
export function kernel(types: readonly ElementType[], parameters: readonly number[] = [], otherwise?: Lowering): Row {
  if (!otherwise) return { kernel: types, parameters };
  const lower: Lowering = (site) =>
    types.includes(input(site, dataInput(site.opType)).type) ? keep(site) : otherwise(site);
  return { kernel: types, parameters, lower };
}

/** No kernel: the same in other operators. */
export function written(lower: Lowering, parameters: readonly number[] = []): Row {
  return { kernel: [], parameters, lower };
}

/** A kernel for some forms of the operator; `lower` tells them apart. */
export function partly(types: readonly ElementType[], lower: Lowering, parameters: readonly number[] = []): Row {
  return { kernel: types, parameters, lower };
}

/** No kernel, and nothing else computes it. */
export function refused(reason: string): Row {
  return written(({ opType }) => {
    throw new GraphError("no-kernel", `${opType} has no WebGPU kernel: ${reason}`);
  });
}

/** The input whose type decides whether there is a kernel. */
export function dataInput(opType: string): number {
  return opType === "Where" ? 1 : 0;
}

/** The node itself. */
export function keep({ b, opType, inputs, attributes }: Site): readonly Value[] {
  return b.node(opType, inputs, attributes);
}

/** The whole numbers that input `index` holds. */
export function integersOf(site: Site, index: number): readonly number[] {
  const tensor = site.contents(index);
  if (tensor) return integers(tensor);
  throw new GraphError("shape", `input ${index} is missing`);
}

/** Bools as whole numbers, and the result as bools again. */
export const asNumbers: Lowering = (site) => {
  const { b, opType, attributes } = site;
  const inputs = site.inputs.map((value, i) =>
    value?.type === "bool" && i >= dataInput(opType) ? b.cast(value, "int32") : value,
  );
  return b.node(opType, inputs, attributes).map((value) => b.cast(value, "bool"));
};

/** 0, 1, 2, … along one axis of a tensor of that rank. */
export function iota(b: GraphBuilder, size: number, axis: number, rank: number): Value {
  const shape = Array.from({ length: rank }, (_, i) => (i === axis ? size : 1));
  return b.constant({ type: "int32", shape, data: Int32Array.from({ length: size }, (_, i) => i) });
}
