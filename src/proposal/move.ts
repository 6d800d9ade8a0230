// A move: one value of the spec, the steps it can take, and the scale it is measured on. The kinds of moves; which there are is in moves.ts.

import type { Spec } from "../spec.js";
import { valueAt, type SpecValue } from "./edit-spec.js";

/** Along an ordered value; "aside" where values have no order. */
export type Direction = "up" | "down" | "aside";

export interface Step {
  readonly value: SpecValue;
  readonly direction: Direction;
  readonly because: string;
}

/** Why a larger value, why a smaller one. */
type Reasons = readonly [up: string, down: string];

export interface Move {
  readonly path: string;
  readonly words: string;
  /** Size of the effect usually seen, larger first. */
  readonly prior: number;
  /** Whether the value has any effect beside the others; without it a change would train the same model. */
  readonly matters: (spec: Spec) => boolean;
  readonly steps: (spec: Spec) => readonly Step[];
  /** Where a value stands: in octaves, as a place among levels or as a place in a list of names. */
  readonly at: (value: SpecValue) => number;
  /** Near places do nearly the same; else each is on its own. */
  readonly ordered: boolean;
  /** The place where short trainings of small models tend to end up; absent where nobody knows. */
  readonly usual?: number;
}

const always = () => true;

/** Multiplied or divided by a factor, rounded to two digits. */
export function scaled(
  path: string,
  words: string,
  prior: number,
  factors: readonly number[],
  usual: number,
  reasons: Reasons,
): Move {
  return ordered(path, words, prior, usual, reasons, (value) => {
    return factors.flatMap((factor) => [
      Number((value * factor).toPrecision(2)),
      Number((value / factor).toPrecision(2)),
    ]);
  });
}

/** As `scaled`, to whole numbers. */
export function counted(
  path: string,
  words: string,
  prior: number,
  factors: readonly number[],
  usual: number,
  reasons: Reasons,
): Move {
  return ordered(path, words, prior, usual, reasons, (value) => {
    return factors.flatMap((factor) => [Math.ceil(value * factor), Math.floor(value / factor)]);
  });
}

/** As `scaled`, to multiples of the number of heads. */
export function divisible(
  path: string,
  words: string,
  prior: number,
  factors: readonly number[],
  reasons: Reasons,
): Move {
  return ordered(path, words, prior, 128, reasons, (value, spec) => {
    const { heads } = spec.architecture;
    return factors.flatMap((factor) =>
      [value * factor, value / factor].map((size) => Math.round(size / heads) * heads),
    );
  });
}

/** Divisors of the width, as far as powers of two and three go. */
export function divisors(path: string, words: string, prior: number, usual: number, reasons: Reasons): Move {
  return ordered(path, words, prior, usual, reasons, (_, spec) => {
    return [1, 2, 3, 4, 6, 8, 12, 16, 24, 32].filter((heads) => spec.architecture.width % heads === 0);
  });
}

/** The two next larger and smaller ones of a list of levels. */
export function graded(
  path: string,
  words: string,
  prior: number,
  levels: readonly number[],
  usual: number,
  reasons: Reasons,
  matters: (spec: Spec) => boolean = always,
): Move {
  const near = (value: number) => [
    ...levels.filter((l) => l < value).slice(-2),
    ...levels.filter((l) => l > value).slice(0, 2),
  ];
  return { ...ordered(path, words, prior, usual, reasons, near, (value) => placeAmong(levels, value)), matters };
}

function ordered(
  path: string,
  words: string,
  prior: number,
  usual: number,
  [up, down]: Reasons,
  targets: (value: number, spec: Spec) => readonly number[],
  scale: (value: number) => number = (value) => Math.log2(Math.max(value, usual / 64)),
): Move {
  function steps(spec: Spec): Step[] {
    const from = Number(valueAt(spec, path));
    const values = new Set(targets(from, spec).filter((value) => value !== from && value >= 0));
    return [...values].map((value): Step => {
      const rises = value > from;
      return { value, direction: rises ? "up" : "down", because: rises ? up : down };
    });
  }
  const at = (value: SpecValue) => scale(Number(value));
  return { path, words, prior, matters: always, steps, at, ordered: true, usual: scale(usual) };
}

/** Its place among rising levels, between two of them in proportion. */
function placeAmong(levels: readonly number[], value: number): number {
  const above = levels.findIndex((level) => level >= value);
  if (above === -1) return levels.length - 1;
  if (above === 0) return 0;
  return above - (levels[above] - value) / (levels[above] - levels[above - 1]);
}

/** One of several names, the most promising first, each with the reason for choosing it. */
export function chosen(path: string, words: string, prior: number, options: Readonly<Record<string, string>>): Move {
  function steps(spec: Spec): Step[] {
    const others = Object.entries(options).filter(([value]) => value !== valueAt(spec, path));
    return others.map(([value, because]): Step => ({ value, direction: "aside", because }));
  }
  const at = (value: SpecValue) => Object.keys(options).indexOf(String(value));
  return { path, words, prior, matters: always, steps, at, ordered: false, usual: 0 };
}

export function switched(
  path: string,
  words: string,
  prior: number,
  reasons: Readonly<Record<"true" | "false", string>>,
): Move {
  function steps(spec: Spec): Step[] {
    const value = valueAt(spec, path) !== true;
    return [{ value, direction: "aside", because: reasons[value ? "true" : "false"] }];
  }
  return { path, words, prior, matters: always, steps, at: Number, ordered: false };
}
