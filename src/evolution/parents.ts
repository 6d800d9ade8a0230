// From which version of a cycle the next attempt departs: quality, novelty, and how often it was used already. Pure.

import type { Evaluation, Proposal } from "../candidate.js";
import { generator } from "../random.js";

/** A step from the baseline towards a version: a proposal that made it better, and the attempt it came from. */
export interface Step {
  readonly id: string;
  readonly proposal: Proposal;
}

/** A version that attempts may depart from: the baseline, or one that was better than its own parent. */
export interface Node<V> {
  readonly version: V;
  readonly evaluation: Evaluation;
  /** From the baseline to here. */
  readonly steps: readonly Step[];
  /** Its score, turned so that lower is better. */
  readonly cost: number;
  /** Lines that its steps add and take out. */
  readonly lines: ReadonlySet<string>;
  /** Attempts that departed from it. */
  children: number;
}

export interface Choice<V> {
  /** The best one. */
  readonly head: Node<V>;
  /** All that may be chosen, the head among them. */
  readonly nodes: readonly Node<V>[];
  /** Generations since there was a new head. */
  readonly stale: number;
  /** Names the chance: the cycle's id and the attempt's number in it, from 1. */
  readonly cycle: string;
  readonly number: number;
  /** Of a score between seeds. */
  readonly deviation: number;
}

export type ChooseParent = <V>(choice: Choice<V>) => Node<V>;

/**
 * The head as long as it brings something forth. After that any node, by chance: a head may owe its score to luck, or stand where nothing leads on.
 * The more steps it has, the more is left behind with it, and the longer it is given. Found with `npm run bench -- parents`.
 */
export const chooseParent: ChooseParent = ({ head, nodes, stale, cycle, number, deviation }) => {
  if (stale < 1 + 2 * head.steps.length || !(deviation > 0)) return head;
  const weights = nodes.map((node) => weight(node, head, nodes, deviation));
  let place = generator("parents", cycle, number).uniform(0) * weights.reduce((sum, one) => sum + one, 0);
  return nodes.find((_, i) => (place -= weights[i]) < 0) ?? head;
};

/** Quality is a sigmoid around one deviation behind the head; novelty halves it at most, every use of it divides it further. */
function weight<V>(node: Node<V>, head: Node<V>, nodes: readonly Node<V>[], deviation: number): number {
  const quality = 1 / (1 + Math.exp((node.cost - head.cost) / deviation - 1));
  return (quality * (1 + novelty(node, nodes))) / 2 / (1 + node.children);
}

/** From 0 to 1: how few of its lines it shares with the one most like it that attempts departed from already. */
export function novelty<V>(node: Node<V>, nodes: readonly Node<V>[]): number {
  const used = nodes.filter((other) => other !== node && other.children > 0);
  return used.reduce((least, { lines }) => Math.min(least, distance(node.lines, lines)), 1);
}

/** Of Jaccard. */
function distance(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const shared = [...one].filter((line) => other.has(line)).length;
  const all = one.size + other.size - shared;
  return all === 0 ? 0 : 1 - shared / all;
}

/** The lines that a node's children would be compared by. */
export function linesAfter({ lines }: Pick<Node<unknown>, "lines">, { diff }: Proposal): ReadonlySet<string> {
  const changed = diff.split("\n").filter((line) => /^[+-](?![+-]{2} )/.test(line));
  return new Set([...lines, ...changed]);
}
