// AdamW (Loshchilov & Hutter, "Decoupled weight decay regularization", ICLR 2019), in PyTorch's form.

import { decayed, type Optimizer } from "./optimizer.js";

/**
 * m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², p ← p·(1 − rate·decay) − rate·m̂/(√v̂ + ε), where m̂ and v̂ are corrected for their
 * start at zero. The moments are kept as sums, m/(1 − β₁) and v/(1 − β₂), which takes a pass less each; the corrections go into the scalars:
 * rate·(1 − β₁)/(1 − β₁ᵗ) ÷ √((1 − β₂)/(1 − β₂ᵗ)), the ε that belongs to the unscaled √v, and 1 − rate·decay.
 */
export const adamW: Optimizer = {
  slots: ["firstMoment", "secondMoment"],
  matrixwise: false,
  scalarCount: 3,
  scalars({ step, learningRate, weightDecay }, { beta1, beta2, epsilon }) {
    const first = (1 - beta1) / (1 - beta1 ** step);
    const root = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
    return [(learningRate * first) / root, epsilon / root, 1 - learningRate * weightDecay];
  },
  update(b, { parameters, firstMoment, secondMoment }, g, [rate, epsilon, shrink], { options, decays }) {
    const m = b.add(b.scale(firstMoment!, options.beta1), g);
    const v = b.add(b.scale(secondMoment!, options.beta2), b.mul(g, g));
    const change = b.mul(b.div(m, b.add(b.op("Sqrt", [v]), epsilon)), rate);
    return {
      parameters: decayed(b, parameters, decays ? shrink : null, change),
      firstMoment: m,
      secondMoment: v,
    };
  },
};
