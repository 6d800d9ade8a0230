// Lion (Chen et al., "Symbolic discovery of optimization algorithms", 2023): the sign of an interpolated momentum.

import { decayed, type Optimizer } from "./optimizer.js";

/** p ← p·(1 − rate·decay) − rate·sign(β₁m + (1 − β₁)g), then m ← β₂m + (1 − β₂)g. */
export const lion: Optimizer = {
  slots: ["firstMoment"],
  matrixwise: false,
  scalarCount: 2,
  scalars: ({ learningRate, weightDecay }) => [learningRate, 1 - learningRate * weightDecay],
  update(b, { parameters, firstMoment }, g, [rate, shrink], { options: { beta1, beta2 }, decays }) {
    const mixed = b.add(b.scale(firstMoment!, beta1), b.scale(g, 1 - beta1));
    const change = b.mul(b.op("Sign", [mixed]), rate);
    return {
      parameters: decayed(b, parameters, decays ? shrink : null, change),
      firstMoment: b.add(b.scale(firstMoment!, beta2), b.scale(g, 1 - beta2)),
    };
  },
};
