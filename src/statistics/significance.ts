// The decision rule: paired differences in, a verdict out, after a planned number of looks. Pure; it trains and asks nobody.

import type { Decision } from "../candidate.js";
import { chanceToAccept, detectableGain, LOOKS, type Look } from "./looks.js";
import { isNegligible } from "./negligible.js";
import { pairedTest, pairsForPower, type PairedTest } from "./paired-test.js";

export interface Ruling {
  readonly verdict: Decision["verdict"] | "continue";
  /** What is known so far; its own verdict is "indecisive" while the ruling is "continue". */
  readonly decision: Decision;
}

export interface SequentialPlan {
  /** Chance to accept a gain, given in standard deviations of a difference. */
  readonly power: (gain: number) => number;
  /** Gain that is accepted four times out of five, in standard deviations of a difference. */
  readonly detectable: number;
  /** Numbers of pairs at which to ask, ascending. */
  readonly looks: readonly number[];
  /**
   * @param differences candidate minus baseline, lower is better, in the order they were measured
   * @param deviation between seeds, of one version; without it the decision does not know its power
   * @throws RangeError for more differences than the last look has, for none, or for one that is not finite.
   */
  readonly rule: (differences: readonly number[], deviation?: number) => Ruling;
}

/** More pairs than this nobody will train: then no number is named. */
const MOST_PAIRS = 1000;

/**
 * The plan of a confirmation. Stopping early for want of an effect can only lower the chance of a false acceptance.
 * Between looks the rule says "continue".
 */
export function sequentialPlan(looks: readonly Look[] = LOOKS): SequentialPlan {
  const last = looks.at(-1)?.pairs ?? 0;
  const power = chanceToAccept(looks);
  return {
    power,
    detectable: detectableGain(power),
    looks: looks.map(({ pairs }) => pairs),
    rule: (differences, deviation) => {
      const { length } = differences;
      if (length > last) throw new RangeError(`${length} pairs were measured, but the plan ends at ${last}`);
      const look = looks.find(({ pairs }) => pairs === length);
      const test = pairedTest(differences, 1 - 2 * (look?.level ?? looks[0].level));
      if (look === undefined) return ruling("continue", test, "no look is planned here");
      const { verdict, decision } = ofUse(atLook(test, look, last), test, deviation);
      if (verdict === "continue" || deviation === undefined || test.pValue === null) return { verdict, decision };
      return { verdict, decision: { ...decision, power: power(deviation / test.standardDeviation) } };
    },
  };
}

function atLook(test: PairedTest, { pairs, level, giveUp }: Look, last: number): Ruling {
  const { mean, pValue } = test;
  if (mean === 0 && test.standardDeviation === 0) return ruling("rejected", test, "it changes no digit of any result");
  if (mean >= 0) return ruling("rejected", test, `no better than the baseline on ${pairs} fresh pairs`);
  if (pValue === null) {
    const reason = `all ${pairs} pairs differ by the same ${digits(-mean)}: the seed changes nothing, so they are one observation`;
    return ruling("indecisive", test, reason);
  }
  const evidence = `better by ${digits(-mean)} on average of ${pairs} fresh pairs (p = ${digits(pValue)}`;
  if (pValue <= level) return ruling("accepted", test, `${evidence}, ${level} needed)`);
  if (pairs < last && pValue < giveUp) return ruling("continue", test, `${evidence}, ${level} needed so far)`);
  const bar = pairs < last ? `below ${giveUp} needed to go on` : `${level} needed`;
  return undecided(test, `${evidence}, ${bar})`);
}

/** What is certain but far below the noise between seeds is no improvement. */
function ofUse(found: Ruling, test: PairedTest, deviation = 0): Ruling {
  if (found.verdict !== "accepted" || !isNegligible(test.mean, deviation)) return found;
  return ruling("rejected", test, `${found.decision.reason}; but that is too little to be of use`);
}

/** With how much more it would take. */
function undecided(test: PairedTest, evidence: string): Ruling {
  const more = Math.max(1, pairsForPower(test) - test.pairs);
  if (more > MOST_PAIRS)
    return ruling("indecisive", test, `${evidence}; an effect this small would take over ${MOST_PAIRS} more pairs`);
  const advice = `${more} more ${more === 1 ? "pair" : "pairs"} would find an effect of this size four times out of five`;
  return ruling("indecisive", test, `${evidence}; ${advice}`, more);
}

function ruling(verdict: Ruling["verdict"], test: PairedTest, reason: string, morePairs: number | null = null): Ruling {
  const { mean, interval, pValue, pairs } = test;
  const settled = verdict === "continue" ? "indecisive" : verdict;
  const decision = { verdict: settled, reason, effect: mean, interval, pValue, pairs, power: null, morePairs };
  return { verdict, decision };
}

function digits(value: number): string {
  return value >= 1e-4 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}
