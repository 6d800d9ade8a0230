// From what a model puts out to the one number that training lowers.

import { attribute, type GraphBuilder } from "../graph/builder.js";
import { elementCount, type ElementType, type Value } from "../graph/graph.js";
import { staticShape } from "../graph/shapes.js";
import { GraphError } from "../errors.js";

export type Loss =
  /** Mean of −log softmax(scores)[label]. `scores` names an output [..., classes]; `labels` becomes an int32 input [...]. */
  | { readonly kind: "cross-entropy"; readonly scores: string; readonly labels: string }
  /** Mean of (output − target)². `targets` becomes a float32 input of the output's shape. */
  | { readonly kind: "mean-squared-error"; readonly output: string; readonly targets: string }
  /** The model computes its loss itself: an output with one element. */
  | { readonly kind: "output"; readonly output: string }
  /** Anything: `build` gets the model's outputs by name and returns a value with one element. */
  | {
      readonly kind: "custom";
      readonly inputs: readonly { readonly name: string; readonly type: ElementType; readonly shape: readonly number[] }[];
      readonly build: (b: GraphBuilder, outputs: Readonly<Record<string, Value>>, inputs: Readonly<Record<string, Value>>) => Value;
    };

/**
 * Appends the loss: one number, [].
 * @throws GraphError `unknown-output` for an output the model does not have, `shape` for a loss of more than one element.
 */
export function appendLoss(b: GraphBuilder, loss: Loss, outputs: Readonly<Record<string, Value>>): Value {
  const value = build(b, loss, outputs);
  if (value.shape.some((dim) => dim !== 1)) {
    const message = `the loss has the shape [${value.shape.join(", ")}], and training needs one number: take its mean`;
    throw new GraphError("shape", message, { place: { node: value.name } });
  }
  return b.reshape(value, []);
}

function build(b: GraphBuilder, loss: Loss, outputs: Readonly<Record<string, Value>>): Value {
  switch (loss.kind) {
    case "cross-entropy": {
      const scores = outputNamed(outputs, loss.scores);
      const [rows, classes] = [staticShape(scores.shape.slice(0, -1)), staticShape(scores.shape).at(-1)!];
      const labels = b.input(loss.labels, "int32", rows);
      const count = elementCount(rows);
      return b.op("SoftmaxCrossEntropyLoss", [b.reshape(scores, [count, classes]), b.reshape(labels, [count])]);
    }
    case "mean-squared-error": {
      const output = outputNamed(outputs, loss.output);
      const difference = b.sub(output, b.input(loss.targets, "float32", output.shape));
      return b.op("ReduceMean", [b.mul(difference, difference)], { keepdims: attribute.int(0) });
    }
    case "output":
      return outputNamed(outputs, loss.output);
    case "custom": {
      const inputs = loss.inputs.map(({ name, type, shape }) => [name, b.input(name, type, shape)] as const);
      return loss.build(b, outputs, Object.fromEntries(inputs));
    }
  }
}

function outputNamed(outputs: Readonly<Record<string, Value>>, name: string): Value {
  if (Object.hasOwn(outputs, name)) return outputs[name];
  const known = Object.keys(outputs).join(", ");
  throw new GraphError("unknown-output", `the model has no output "${name}"; it has ${known}`, { place: { node: name } });
}
