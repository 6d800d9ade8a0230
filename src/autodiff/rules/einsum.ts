// The gradient of a product by letters.

import { attribute } from "../../graph/builder.js";
import { einsumTerms } from "../../graph/einsum.js";
import { string } from "../../graph/operators/call.js";
import { broadcast, sameShape, staticShape } from "../../graph/shapes.js";
import { require, type Rule } from "../rule.js";

export const einsum = {
  /** dA is the Einsum of G and the other operands; what only A has was summed over, so it is spread again. */
  Einsum: (b, { g, inputs, attributes }) => {
    const shapes = inputs.map((input) => input.shape);
    const { operands, output } = einsumTerms(string(attributes, "equation", ""), shapes);
    require(operands.every((term) => new Set(term).size === term.length), "Einsum with a diagonal of one operand");
    return inputs.map((x, i) => {
      const given = [output, ...operands.filter((_, j) => j !== i)];
      const term = operands[i].filter((letter) => given.flat().includes(letter));
      const equation = `${given.map((letters) => letters.join("")).join(",")}->${term.join("")}`;
      const others = inputs.filter((_, j) => j !== i);
      const part = b.op("Einsum", [g, ...others], { equation: attribute.string(equation) });
      const sizes = operands[i].map((letter) => (term.includes(letter) ? part.shape[term.indexOf(letter)] : 1));
      const apart = b.reshape(part, sizes);
      const whole = broadcast(sizes, x.shape);
      return sameShape(whole, sizes) ? apart : b.op("Expand", [apart, b.integers(staticShape(whole))]);
    });
  },
} satisfies Record<string, Rule>;
