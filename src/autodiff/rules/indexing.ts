// Gradients of the operators that choose elements by indices: G is added up where the elements came from.

import { attribute } from "../../graph/builder.js";
import { int, string } from "../../graph/operators/call.js";
import type { indexing as rows } from "../../graph/operators/indexing.js";
import { normalizeAxis, staticShape } from "../../graph/shapes.js";
import { require, zeros, type Rule } from "../rule.js";
import { scatterAlong, scatterPoints } from "../scatter.js";

export const indexing: Readonly<Record<keyof typeof rows, Rule>> = {
  Gather: (b, { g, inputs: [x, indices], attributes }) => {
    const axis = normalizeAxis(int(attributes, "axis", 0), x.shape.length);
    return [scatterAlong(b, g, { shape: staticShape(x.shape), axis, indices }), null];
  },
  GatherElements: (b, { g, inputs: [x, indices], attributes }) => {
    const add = { axis: attribute.int(int(attributes, "axis", 0)), reduction: attribute.string("add") };
    return [b.op("ScatterElements", [zeros(b, g, x.shape), indices, g], add), null];
  },
  GatherND: (b, { g, inputs: [x, indices], attributes }) => [
    scatterPoints(b, g, staticShape(x.shape), indices, int(attributes, "batch_dims", 0)),
    null,
  ],
  /** Without a reduction the updates replace what they fall on, so that gets no gradient. */
  ScatterElements: (b, { g, inputs: [, indices], attributes }) => {
    const reduction = string(attributes, "reduction", "none");
    require(reduction === "none" || reduction === "add", `ScatterElements with reduction ${reduction}`);
    const axis = { axis: attribute.int(int(attributes, "axis", 0)) };
    const covered = () => b.op("ScatterElements", [g, indices, zeros(b, g, indices.shape)], axis);
    return [reduction === "add" ? g : covered(), null, b.op("GatherElements", [g, indices], axis)];
  },
  ScatterND: (b, { g, inputs: [, indices, updates], attributes }) => {
    const reduction = string(attributes, "reduction", "none");
    require(reduction === "none" || reduction === "add", `ScatterND with reduction ${reduction}`);
    const covered = () => b.op("ScatterND", [g, indices, zeros(b, g, updates.shape)]);
    return [reduction === "add" ? g : covered(), null, b.op("GatherND", [g, indices])];
  },
  OneHot: (_, { needed }) => {
    require(!needed[2], "the values of OneHot are not differentiable");
    return [null, null, null];
  },
  TopK: (b, { g, inputs: [x], outputs: [, indices], attributes }) => {
    const axis = { axis: attribute.int(int(attributes, "axis", -1)) };
    return [b.op("ScatterElements", [zeros(b, g, x.shape), indices, g], axis), null];
  },
  Range: (_, { needed }) => {
    require(!needed.includes(true), "the bounds of Range are not differentiable");
    return [null, null, null];
  },
};
