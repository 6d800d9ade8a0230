// What a rewrite sees of a node in the file, and the readings that many rewrites share.

import { GraphError } from "../errors.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Attribute, Tensor, Value } from "../graph/graph.js";
import type { OpType } from "../graph/operators.js";
import { input, integers, ints } from "../graph/operators/call.js";

type Attributes = Readonly<Record<string, Attribute>>;

export interface Site {
  readonly b: GraphBuilder;
  /** The version of the operator set that the node's domain has in the file. */
  readonly opset: number;
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Attributes;
  /** How many outputs the file names. */
  readonly outputs: number;
  /** Adds a node, or constants where everything about it is known already. */
  readonly emit: (opType: OpType, inputs: readonly (Value | null)[], attributes?: Attributes) => readonly Value[];
}

/** The node's outputs; null for one that this house does not compute. */
export type Rewrite = (site: Site) => readonly (Value | null)[];

/** The contents of input `index`. @throws GraphError when they are only known at run time. */
export function contents(site: Site, index: number): Tensor {
  const tensor = site.b.contents(input(site, index));
  if (!tensor) throw new GraphError("shape", `input ${index} must be a constant, but is only known at run time`);
  return tensor;
}

/** A list that older operator sets keep in an attribute and newer ones in input 1; undefined where there is neither. */
export function listedIn(site: Site, name: string, inputSince: number): readonly number[] | undefined {
  if (site.opset < inputSince) return ints(site.attributes, name);
  return site.inputs[1] ? integers(contents(site, 1)) : undefined;
}
