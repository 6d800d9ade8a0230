// Stochastic gradient descent with momentum, as in PyTorch, but with weight decay apart from the gradient.

import { decayed, type Optimizer } from "./optimizer.js";

/** m ← β₁m + g, p ← p·(1 − rate·decay) − rate·m. */
export const sgd: Optimizer = {
  slots: ["firstMoment"],
  matrixwise: false,
  scalarCount: 2,
  scalars: ({ learningRate, weightDecay }) => [learningRate, 1 - learningRate * weightDecay],
  update(b, { parameters, firstMoment }, g, [rate, shrink], { options, decays }) {
    const m = b.add(b.scale(firstMoment!, options.beta1), g);
    return { parameters: decayed(b, parameters, decays ? shrink : null, b.mul(m, rate)), firstMoment: m };
  },
};
