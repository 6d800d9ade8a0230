// Portable forms of operators that work on every element by itself.

import { GraphError } from "../errors.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { ElementType, Value } from "../graph/graph.js";
import { STORAGE } from "../graph/onnx-fields.js";
import { flag, input, int } from "../graph/operators/call.js";
import { ANY, type Lowering, type Site } from "./row.js";

/** [x > 0] - [x < 0] */
export const sign: Lowering = (site) => {
  const { b } = site;
  const x = input(site, 0);
  const is = (comparison: "Greater" | "Less") => b.cast(b.op(comparison, [x, b.scalar(0, x)]), x.type);
  return [b.sub(is("Greater"), is("Less"))];
};

export function negated(site: Site): Value {
  const x = input(site, 0);
  return site.b.sub(site.b.scalar(0, x), x);
}

/** To the nearest whole number, from the middle to the even one: ⌊x + ½⌋, less 1 where that is odd and x + ½ was whole. */
export const round: Lowering = (site) => {
  const { b } = site;
  const x = input(site, 0);
  const raised = b.add(x, b.scalar(0.5, x));
  const up = b.op("Floor", [raised]);
  const middle = b.cast(b.op("Equal", [raised, up]), x.type);
  const odd = b.sub(up, b.scale(b.op("Floor", [b.scale(up, 0.5)]), 2));
  return [b.sub(up, b.mul(middle, odd))];
};

/** Whole numbers between bounds. */
export const clip: Lowering = (site) => {
  const { b } = site;
  const [low, high] = [site.inputs[1], site.inputs[2]];
  const raised = low ? b.op("Max", [input(site, 0), low]) : input(site, 0);
  return [high ? b.op("Min", [raised, high]) : raised];
};

/** x - y·q with the quotient q cut off; with the divisor's sign where `fmod` does not ask for the dividend's. */
export const mod: Lowering = (site) => {
  const { b, attributes } = site;
  const [x, y] = [input(site, 0), input(site, 1)];
  const rest = b.sub(x, b.mul(y, truncated(b, b.div(x, y))));
  if (flag(attributes, "fmod")) return [rest];
  const apart = b.op("Less", [b.mul(rest, y), b.scalar(0, rest)]);
  return [b.op("Where", [apart, b.add(rest, y), rest])];
};

/** A quotient of whole numbers is cut off already. */
function truncated(b: GraphBuilder, q: Value): Value {
  if (q.type === "int32") return q;
  return b.op("Where", [b.op("Less", [q, b.scalar(0, q)]), b.op("Ceil", [q]), b.op("Floor", [q])]);
}

export const or: Lowering = (site) => {
  const { b } = site;
  const [neither, nor] = [0, 1].map((i) => b.op("Not", [input(site, i)]));
  return [b.op("Not", [b.op("And", [neither, nor])])];
};

/** The sum of any number of operands. */
export function chain(site: Site): Value {
  return site.inputs.map((_, i) => input(site, i)).reduce((sum, x) => site.b.add(sum, x));
}

export const cast: Lowering = (site) => {
  const to = int(site.attributes, "to", 1);
  if (to === STORAGE.int64.code) return [site.b.cast(input(site, 0), "int32")];
  const type = ANY.find((known: ElementType) => STORAGE[known].code === to);
  if (type) return [site.b.cast(input(site, 0), type)];
  throw new GraphError("no-kernel", `Cast to element type ${to} has no WebGPU kernel`);
};
