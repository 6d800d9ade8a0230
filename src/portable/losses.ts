// Portable forms of a normalisation and of the losses over classes. Scores are [batch, classes, …], labels [batch, …].

import { attribute, type GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { float, input, int, string } from "../graph/operators/call.js";
import { normalizeAxis, staticShape } from "../graph/shapes.js";
import type { Lowering, Site } from "./row.js";

/** y = x·r·gain with r = 1/√(mean(x²) + ε), which is the second output. */
export const rootMeanSquareNorm: Lowering = (site) => {
  const { b, attributes } = site;
  const [x, gain] = [input(site, 0), input(site, 1)];
  const first = normalizeAxis(int(attributes, "axis", -1), x.shape.length);
  const axes = x.shape.map((_, i) => i).slice(first);
  const mean = b.op("ReduceMean", [b.mul(x, x), b.integers(axes)], { keepdims: attribute.int(1) });
  const shifted = b.add(mean, b.scalar(float(attributes, "epsilon", 1e-5), x));
  const inverse = b.op("Reciprocal", [b.op("Sqrt", [shifted])]);
  return [b.mul(b.mul(x, inverse), gain), inverse];
};

export const logSoftmax: Lowering = (site) => {
  const x = input(site, 0);
  return [logProbabilities(site.b, x, normalizeAxis(int(site.attributes, "axis", -1), x.shape.length))];
};

export const classLoss: Lowering = (site) => {
  const logs = logProbabilities(site.b, input(site, 0), 1);
  return [negativeLogLikelihood(site, logs), logs];
};

/** x - max - log Σ exp(x - max) */
function logProbabilities(b: GraphBuilder, x: Value, axis: number): Value {
  const low = b.sub(x, b.op("ReduceMax", [x, b.integers([axis])], { keepdims: attribute.int(1) }));
  return b.sub(low, b.op("Log", [b.reduceSum(b.op("Exp", [low]), [axis], true)]));
}

/** The mean (or sum, or all) of -logs[label], each counted by its class weight; ignored labels count nothing. */
export function negativeLogLikelihood(site: Site, logs: Value): Value {
  const { b, attributes } = site;
  const given = b.cast(input(site, 1), "int32");
  const shape = staticShape(given.shape);
  const column = [shape[0], 1, ...shape.slice(1)];
  const ignore = attributes["ignore_index"];
  const ignored = ignore?.kind === "int" ? b.op("Equal", [given, b.scalar(ignore.value, given)]) : null;
  const labels = ignored ? b.op("Where", [ignored, b.scalar(0, given), given]) : given;
  const picked = b.op("GatherElements", [logs, b.reshape(labels, column)], { axis: attribute.int(1) });
  const surprise = b.reshape(b.neg(picked), shape);
  const counted = ignored && b.cast(b.op("Not", [ignored]), logs.type);
  const own = site.inputs[2] ? b.op("Gather", [site.inputs[2], labels]) : null;
  const weights = own && counted ? b.mul(own, counted) : (own ?? counted);
  const weighted = weights ? b.mul(surprise, weights) : surprise;
  const reduction = string(attributes, "reduction", "mean");
  if (reduction === "none") return weighted;
  const whole = (opType: "ReduceSum" | "ReduceMean", x: Value) => b.op(opType, [x], { keepdims: attribute.int(0) });
  if (reduction === "sum") return whole("ReduceSum", weighted);
  return weights ? b.div(whole("ReduceSum", weighted), whole("ReduceSum", weights)) : whole("ReduceMean", weighted);
}
