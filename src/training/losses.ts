// From what a model puts out to the one number that training lowers.

import { GraphError } from "../errors.js";
import { attribute, type GraphBuilder } from "../graph/builder.js";
import { elementCount, type Value } from "../graph/graph.js";
import { staticShape } from "../graph/shapes.js";

/**
 * Appends a loss to a model: gets its outputs by name, returns a value with one element. What else it needs, such as labels, it declares with
 * `b.input`, and the training steps are then fed it.
 */
export type Loss = (b: GraphBuilder, outputs: Readonly<Record<string, Value>>) => Value;

/** Mean of −log softmax(scores)[label] over an output [..., classes]; adds an int32 input [...] named `labels`. */
export function crossEntropy(scores: string, labels: string): Loss {
  return (b, outputs) => {
    const shape = staticShape(outputNamed(outputs, scores).shape);
    const given = b.input(labels, "int32", shape.slice(0, -1));
    const count = elementCount(given.shape as number[]);
    const rows = b.reshape(outputs[scores], [count, shape.at(-1)!]);
    return b.op("SoftmaxCrossEntropyLoss", [rows, b.reshape(given, [count])]);
  };
}

/** Mean of (output − target)²; adds a float32 input of the output's shape named `targets`. */
export function meanSquaredError(output: string, targets: string): Loss {
  return (b, outputs) => {
    const found = outputNamed(outputs, output);
    const difference = b.sub(found, b.input(targets, "float32", found.shape));
    return b.op("ReduceMean", [b.mul(difference, difference)], { keepdims: attribute.int(0) });
  };
}

/** For a model that computes its loss itself. */
export function lossOutput(output: string): Loss {
  return (_, outputs) => outputNamed(outputs, output);
}

/** @throws GraphError `unknown-output` */
function outputNamed(outputs: Readonly<Record<string, Value>>, name: string): Value {
  if (Object.hasOwn(outputs, name)) return outputs[name];
  const known = Object.keys(outputs).join(", ");
  throw new GraphError("unknown-output", `the model has no output "${name}"; it has ${known}`, {
    place: { node: name },
  });
}
