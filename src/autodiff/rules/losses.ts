// Gradients of the losses over classes. Scores are [batch, classes, …], labels [batch, …].

import { attribute, type GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import { string } from "../../graph/operators/call.js";
import { staticShape } from "../../graph/shapes.js";
import { count, require, zeros, type Rule, type RuleInputs } from "../rule.js";

export const losses = {
  SoftmaxCrossEntropyLoss: (b, node) => {
    const { gradients, inputs, outputs } = node;
    const softmax = b.op("Exp", [outputs[1]]);
    const parts: Value[] = [];
    if (gradients[0]) {
      const { labels, scale } = rows(b, node);
      const minusOne = b.op("Expand", [b.scalar(-1, softmax), b.integers(staticShape(labels.shape))]);
      parts.push(b.mul(scatterClasses(b, softmax, labels, minusOne), scale)); // softmax - one-hot
    }
    if (gradients[1]) {
      const total = b.reduceSum(gradients[1], [1], true);
      parts.push(b.sub(gradients[1], b.mul(softmax, total))); // log_prob is a LogSoftmax
    }
    return [parts.reduce((sum, part) => b.add(sum, part)), ...inputs.slice(1).map(() => null)];
  },
  NegativeLogLikelihoodLoss: (b, node) => {
    const { labels, scale } = rows(b, node);
    const [scores] = node.inputs;
    const spread = b.op("Expand", [b.neg(scale), b.integers(staticShape(labels.shape))]);
    return [scatterClasses(b, zeros(b, scores, scores.shape), labels, spread), ...node.inputs.slice(1).map(() => null)];
  },
} satisfies Record<string, Rule>;

interface Rows {
  /** int64 [batch, 1, …]; where a label is ignored, a class that exists. */
  readonly labels: Value;
  /** G times the share of each row in the loss: a number, or [batch, 1, …]. */
  readonly scale: Value;
}

function rows(b: GraphBuilder, { g, inputs: [, given, weights], attributes, needed }: RuleInputs): Rows {
  require(!needed[2], "class weights are not differentiable");
  const ignore = attributes["ignore_index"];
  const column = [given.shape[0], 1, ...given.shape.slice(1)];
  let labels = b.reshape(b.cast(given, "int64"), column);
  let share: Value | null = null;
  if (ignore?.kind === "int") {
    const ignored = b.op("Equal", [labels, b.scalar(ignore.value, labels)]);
    labels = b.op("Where", [ignored, b.scalar(0, labels), labels]);
    share = b.cast(b.op("Not", [ignored]), g.type);
  }
  if (weights) {
    const own = b.op("Gather", [weights, labels]);
    share = share ? b.mul(own, share) : own;
  }
  const reduction = string(attributes, "reduction", "mean");
  const perRow = reduction === "none" ? b.reshape(g, column) : g;
  if (!share) return { labels, scale: reduction === "mean" ? b.scale(g, 1 / count(given.shape)) : perRow };
  const part = reduction === "mean" ? b.div(share, b.op("ReduceSum", [share], { keepdims: attribute.int(0) })) : share;
  return { labels, scale: b.mul(part, perRow) };
}

function scatterClasses(b: GraphBuilder, scores: Value, labels: Value, updates: Value): Value {
  const add = { axis: attribute.int(1), reduction: attribute.string("add") };
  return b.op("ScatterElements", [scores, labels, updates], add);
}
