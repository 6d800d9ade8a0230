// The decision rule: paired differences in, a verdict out, after a planned number of looks. Pure; it trains and asks nobody.

import type { Decision } from "../candidate.js";
import { pairedTest, pairsForPower, type PairedTest } from "./paired-test.js";

/** One look at the evidence: after so many pairs, accept at this one-sided level. */
export interface Look {
  readonly pairs: number;
  readonly level: number;
}

export interface Ruling {
  readonly verdict: Decision["verdict"] | "continue";
  /** What is known so far; its own verdict is "indecisive" while the ruling is "continue". */
  readonly decision: Decision;
}

export interface SequentialPlan {
  /** Chance to accept a gain of one standard deviation of a difference. */
  readonly power: number;
  /** Gain that is accepted four times out of five, in standard deviations of a difference. */
  readonly detectable: number;
  /** Numbers of pairs at which to ask, ascending. */
  readonly looks: readonly number[];
  /**
   * @param differences candidate minus baseline, lower is better, in the order they were measured
   * @throws RangeError for more differences than the last look has, for none, or for one that is not finite.
   */
  readonly rule: (differences: readonly number[]) => Ruling;
}

/**
 * A change that does nothing is accepted with probability 0.01 at most: each look is a t-test of its own level, and chances
 * of any of several errors never exceed the sum of their chances (Bonferroni's inequality), whatever binds the looks together.
 * Four pairs show an effect of 3.5 standard deviations, eight one of 1.3.
 */
const LOOKS: readonly Look[] = [
  { pairs: 4, level: 0.003 },
  { pairs: 6, level: 0.003 },
  { pairs: 8, level: 0.004 },
];

/** An effect that would need this many times the pairs of the last look is given up early: trainings are better spent. */
const HOPELESS = 5;

/**
 * The plan of a confirmation. Stopping early for want of an effect can only lower the chance of a false acceptance.
 * Between looks the rule says "continue".
 */
export function sequentialPlan(looks: readonly Look[] = LOOKS): SequentialPlan {
  const last = looks.at(-1)?.pairs ?? 0;
  return {
    power: 0.5,
    detectable: 1.3,
    looks: looks.map(({ pairs }) => pairs),
    rule: (differences) => {
      const { length } = differences;
      if (length > last) throw new RangeError(`${length} pairs were measured, but the plan ends at ${last}`);
      const look = looks.find(({ pairs }) => pairs === length);
      const test = pairedTest(differences, 1 - 2 * (look?.level ?? looks[0].level));
      return look ? atLook(test, look, last) : ruling("continue", test, "no look is planned here");
    },
  };
}

function atLook(test: PairedTest, { pairs, level }: Look, last: number): Ruling {
  const { mean, pValue } = test;
  if (mean === 0 && test.standardDeviation === 0) return ruling("rejected", test, "it changes no digit of any result");
  if (mean >= 0) return ruling("rejected", test, `no better than the baseline on ${pairs} fresh pairs`);
  if (pValue === null) {
    const reason = `all ${pairs} pairs differ by the same ${digits(-mean)}: the seed changes nothing, so they are one observation`;
    return ruling("indecisive", test, reason);
  }
  const evidence = `better by ${digits(-mean)} on average of ${pairs} fresh pairs (p = ${digits(pValue)}`;
  if (pValue <= level) return ruling("accepted", test, `${evidence}, ${level} needed)`);
  const needed = pairsForPower(test);
  if (pairs < last && needed <= HOPELESS * last)
    return ruling("continue", test, `${evidence}, ${level} needed so far)`);
  const more = Math.max(1, needed - pairs);
  const advice = `${more} more ${more === 1 ? "pair" : "pairs"} would find an effect of this size four times out of five`;
  return ruling("indecisive", test, `${evidence}, ${level} needed); ${advice}`);
}

function ruling(verdict: Ruling["verdict"], test: PairedTest, reason: string): Ruling {
  const { mean, interval, pValue, pairs } = test;
  const settled = verdict === "continue" ? "indecisive" : verdict;
  const decision = { verdict: settled, reason, effect: mean, interval, pValue, pairs, power: null, morePairs: null };
  return { verdict, decision };
}

function digits(value: number): string {
  return value >= 1e-4 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}
