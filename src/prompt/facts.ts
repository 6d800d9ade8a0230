// Objective, noise and budget in sentences for a model.

import { shortNumber } from "./history.js";
import type { PromptContext } from "./prompt.js";
import { said } from "./sealed.js";

export function objectiveWords({ objective, score, noise }: PromptContext): string {
  const { name, direction, selfReported } = objective;
  const what = selfReported
    ? `The number ${JSON.stringify(said(name, 100))}, as the repository's own command reports it`
    : `${said(name, 100)} of text that the model is not trained on`;
  return [
    `${what}; ${direction} is better.`,
    score === null ? "It was not measured yet." : `It is ${shortNumber(score)} now; that has to be beaten.`,
    noiseWords(noise),
  ].join("\n");
}

function noiseWords(noise: PromptContext["noise"]): string {
  if (noise === null) return "How much it moves by chance is not known yet.";
  const { runs, deviation, detectable } = noise;
  return (
    `By chance alone, with another seed, it moves by a standard deviation of ${shortNumber(deviation)} (from ${runs} runs). ` +
    `An effect below ${shortNumber(detectable)} will probably not be found.`
  );
}

export function budgetWords({ tokens, trainingsLeft, objective }: PromptContext): string {
  const each = objective.selfReported
    ? "Each run gets the time that the version without the change takes, and little more."
    : `Each training gets as many floating point operations as the repository's own spec needs for ${tokens} bytes of text: a smaller model sees more text, a larger one less.`;
  if (trainingsLeft === null) return each;
  return `${each}\n${trainingsLeft} ${trainingsLeft === 1 ? "training is" : "trainings are"} left for attempts.`;
}
