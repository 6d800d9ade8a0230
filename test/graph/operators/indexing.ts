import { attribute } from "../../../src/graph/builder.js";
import { double, float, known, zeros, type Case } from "./case.js";

const { int, string } = attribute;

export const indexing: readonly Case[] = [
  { op: "Gather", operands: [float(4, 3), zeros("int64", 2, 5)] },
  { op: "Gather", operands: [float(4, 3), zeros("int32", 2)], attributes: { axis: int(-1) } },
  { op: "Gather", operands: [float(4, 3), zeros("int64")] },
  { op: "GatherElements", operands: [float(4, 3), zeros("int64", 2, 3)] },
  { op: "GatherElements", operands: [float(4, 3), zeros("int64", 4, 1)], attributes: { axis: int(1) } },
  { op: "GatherElements", operands: [float(4, 3), zeros("int32", 7, 2)] },
  { op: "GatherND", operands: [float(4, 3, 2), zeros("int64", 5, 2)] },
  { op: "GatherND", operands: [float(4, 3, 2), zeros("int64", 4, 1)], attributes: { batch_dims: int(1) } },
  { op: "GatherND", operands: [float(4, 3, 2), zeros("int64", 3)] },
  { op: "ScatterElements", operands: [float(4, 3), zeros("int64", 2, 3), float(2, 3)] },
  {
    op: "ScatterElements",
    operands: [float(4, 3), zeros("int64", 4, 5), float(4, 5)],
    attributes: { axis: int(-1), reduction: string("add") },
  },
  { op: "ScatterND", operands: [float(4, 3, 2), zeros("int64", 1, 2), float(1, 2)] },
  { op: "OneHot", operands: [zeros("int64", 2, 3), known(5), float(2)] },
  { op: "OneHot", operands: [zeros("int64", 2), known(5), float(2)], attributes: { axis: int(0) } },
  { op: "TopK", operands: [float(4, 5), known(3)] },
  { op: "TopK", operands: [double(4, 5), known(2)], attributes: { axis: int(0), largest: int(0) } },
  { op: "Range", operands: [integer(2), integer(11), integer(3)] },
  { op: "Range", operands: [integer(5), integer(-3), integer(-3)] },
  { op: "Range", operands: [integer(5), integer(5), integer(1)] },
];

/** A constant of rank 0, as Range wants it. */
function integer(value: number) {
  return { value };
}
