// Gradients of sums along axes and their relatives. G is the gradient of the output Y.

import { attribute, type GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import { flag, integers } from "../../graph/operators/call.js";
import { normalizeAxes, staticShape } from "../../graph/shapes.js";
import { bracket, count, zero, type Rule, type RuleInputs } from "../rule.js";

export const reductions = {
  ReduceSum: (b, node) => [b.op("Expand", [kept(b, node), b.integers(staticShape(node.inputs[0].shape))])],
  ReduceMean: (b, node) => {
    const share = count(node.outputs[0].shape) / count(node.inputs[0].shape);
    return [b.op("Expand", [b.scale(kept(b, node), share), b.integers(staticShape(node.inputs[0].shape))])];
  },
  ReduceMax: extremum,
  ReduceMin: extremum,
  ReduceProd: (b, node) => {
    // The product of the others: with zeros replaced by ones, P/x where no other factor is zero.
    const [x] = node.inputs;
    const isZero = bracket(b, "Equal", x, 0);
    const factors = b.add(x, isZero);
    const axes = reducedAxes(b, node);
    const keepdims = { keepdims: attribute.int(1) };
    const whole = b.op("ReduceProd", [factors, b.integers(axes)], keepdims);
    const otherZeros = b.sub(b.reduceSum(isZero, axes, true), isZero);
    return [b.mul(b.mul(b.div(whole, factors), bracket(b, "Equal", otherZeros, 0)), kept(b, node))];
  },
  ReduceL1: (b, node) => [b.mul(b.op("Sign", [node.inputs[0]]), kept(b, node))],
  ReduceL2: (b, node) => {
    const [g, y] = [kept(b, node), kept(b, node, node.outputs[0])];
    const safe = b.op("Max", [y, b.scalar(1e-30, y)]); // x = 0 gives 0, not 0/0
    return [b.mul(node.inputs[0], b.div(g, safe))]; // x/‖x‖
  },
  ReduceSumSquare: (b, node) => [b.mul(b.scale(node.inputs[0], 2), kept(b, node))],
  ReduceLogSum: (b, node) => {
    const sum = b.reduceSum(node.inputs[0], reducedAxes(b, node), true);
    return [b.op("Expand", [b.div(kept(b, node), sum), b.integers(staticShape(node.inputs[0].shape))])]; // 1/Σx
  },
  ReduceLogSumExp: (b, node) => {
    const softmax = b.op("Exp", [b.sub(node.inputs[0], kept(b, node, node.outputs[0]))]);
    return [b.mul(softmax, kept(b, node))];
  },
  ArgMax: zero,
  ArgMin: zero,
  /** What is summed up to here reaches every place from here on: the sum runs backwards. */
  CumSum: (b, { g, inputs: [, axis], attributes }) => {
    const reverse = attribute.int(flag(attributes, "reverse") ? 0 : 1);
    return [
      b.op("CumSum", [g, axis], { reverse, exclusive: attribute.int(flag(attributes, "exclusive") ? 1 : 0) }),
      null,
    ];
  },
} satisfies Record<string, Rule>;

/** ReduceMax and ReduceMin: ties share G. */
function extremum(b: GraphBuilder, node: RuleInputs): readonly Value[] {
  const [x] = node.inputs;
  const winners = b.cast(b.op("Equal", [x, kept(b, node, node.outputs[0])]), x.type);
  const share = b.div(winners, b.reduceSum(winners, reducedAxes(b, node), true));
  return [b.mul(share, kept(b, node))];
}

function reducedAxes(b: GraphBuilder, { inputs: [x, axes] }: RuleInputs): number[] {
  return normalizeAxes(axes ? integers(b.contents(axes)!) : [], x.shape.length);
}

/** `value` (G by default) with the reduced axes put back as 1. */
function kept(b: GraphBuilder, node: RuleInputs, value: Value = node.g): Value {
  const reduced = new Set(reducedAxes(b, node));
  return b.reshape(
    value,
    node.inputs[0].shape.map((dim, i) => (reduced.has(i) ? 1 : dim)),
  );
}
