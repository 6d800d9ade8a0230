// The offline proposer: typed moves over the spec, the one first that should improve most by what the history says. A pure function of
// history, seed and number.

import type { Proposal } from "../candidate.js";
import { createPatch } from "../patch/index.js";
import { generator, type Generator as Random } from "../random.js";
import { fingerprint, type Spec } from "../spec.js";
import { editSpec, textOfSpec, valueAt, withChanges, type SpecVersion } from "./edit-spec.js";
import { directionOf, forbidden, observe, type Observation } from "./evidence.js";
import { knownNames, samplesOf, type Sample } from "./history.js";
import { affordable } from "./affordable.js";
import { expectedGain } from "./gain.js";
import type { Move, Step } from "./move.js";
import { MOVES } from "./moves.js";
import type { Propose, ProposalContext } from "./proposer.js";
import { Surrogate } from "./surrogate.js";

/** Values whose best places depend on each other. */
const TOGETHER = [
  ["optimizer.learningRate", "training.batch"],
  ["optimizer.learningRate", "architecture.width"],
  ["optimizer.learningRate", "optimizer.kind"],
  ["optimizer.learningRate", "optimizer.schedule"],
  ["architecture.width", "architecture.layers"],
] as const;

/** Steps that train side by side teach more when they change different values. */
const CROWDED = 0.4;
/** Of so many values the best steps are also tried two at a time: single ones took half as long again. */
const JOINED = 8;
/** A step of two values teaches less about each. */
const PAIR = 0.9;
/** Another seed looks elsewhere where the choice is close. */
const JITTER = 0.2;

/** Specs that did better than their parents hand on their values: the last so many. */
const PARENTS = 16;
const INHERITED = "an attempt that did better than its parent has it";

/** A step of a move. */
interface Option {
  readonly move: number;
  readonly row: Move;
  readonly step: Step;
}

interface Choice {
  readonly options: readonly Option[];
  /** Higher is tried earlier. */
  readonly rank: number;
}

/**
 * Proposes a change of one value of the spec or of a few; null when nothing is left. It never proposes what has been tried, nor what trains
 * the same model.
 */
export const proposeBySearch: Propose = (context, seed, number) => Promise.resolve(search(context, seed, number));

function search(context: ProposalContext, seed: number, number: number): Proposal | null {
  const text = context.specText ?? textOfSpec(context.spec);
  const samples = samplesOf(context);
  const known = knownNames(context);
  const observations = observe(context, samples.values(), MOVES);
  const surrogate = new Surrogate({
    moves: MOVES,
    together: TOGETHER,
    samples: [...samples.values()],
    spec: context.spec,
    pending: context.pending,
    noise: context.noise?.deviation ?? null,
  });
  const choices = optionsOf(context.spec, [...samples.values()], observations);
  for (const { options } of ranked(choices, surrogate, pendingPaths(context), generator("search", seed, number))) {
    const changes = options.map(({ row, step }) => ({ path: row.path, value: step.value }));
    const changed = withChanges(context.spec, changes);
    if (known.has(fingerprint(changed)) || !affordable(changed, context.spec)) continue;
    const edited = editSpec(text, changes, context.specPath);
    if (edited) return describe(context, options, edited, observations);
  }
  return null;
}

/** Single steps and pairs of the best by rank, then all other pairs. */
function* ranked(
  options: readonly Option[],
  surrogate: Surrogate,
  crowded: ReadonlySet<string>,
  random: Random,
): Generator<Choice> {
  let drawn = 0;
  const rank = (some: readonly Option[]): Choice => {
    const gain = expectedGain(
      surrogate.predict(some.map(({ move, row, step }) => ({ move, place: row.at(step.value) }))),
    );
    const crowd = some.some(({ row }) => crowded.has(row.path)) ? CROWDED : 1;
    const jitter = 1 + JITTER * (random.uniform(drawn++) - 0.5);
    return { options: some, rank: gain * crowd * jitter * PAIR ** (some.length - 1) };
  };
  const singles = options.map((option) => rank([option])).toSorted((a, b) => b.rank - a.rank);
  const best = bestOfEach(singles).slice(0, JOINED);
  const joined = joinedOf(best).map(rank);
  yield* [...singles, ...joined].toSorted((a, b) => b.rank - a.rank);
  yield* pairsOf(singles);
}

/** The best step of every move, in their order. */
function bestOfEach(singles: readonly Choice[]): readonly Option[] {
  const best = new Map<number, Option>();
  for (const {
    options: [option],
  } of singles)
    if (!best.has(option.move)) best.set(option.move, option);
  return [...best.values()];
}

function joinedOf(best: readonly Option[]): (readonly Option[])[] {
  return best.flatMap((one, i) => best.slice(i + 1).map((other) => [one, other]));
}

/** Two different moves at once, by the rank of both. */
function pairsOf(singles: readonly Choice[]): readonly Choice[] {
  const pairs = singles.flatMap((one, i) =>
    singles.slice(i + 1).map((other) => ({ options: [...one.options, ...other.options], rank: one.rank * other.rank })),
  );
  return pairs.filter(({ options: [one, other] }) => one.move !== other.move).toSorted((a, b) => b.rank - a.rank);
}

/** Steps of all moves from here, and values that specs have which did better than their parents. */
function optionsOf(spec: Spec, samples: readonly Sample[], observations: readonly Observation[]): Option[] {
  const good = samples.filter(({ kept }) => kept).slice(-PARENTS);
  return MOVES.flatMap((row, move) => {
    if (!row.matters(spec)) return [];
    const own = row.steps(spec);
    const taken = new Set([valueAt(spec, row.path), ...own.map(({ value }) => value)]);
    const inherited = good.flatMap((parent): Step[] => {
      const value = valueAt(parent.spec, row.path);
      if (taken.has(value)) return [];
      taken.add(value);
      return [{ value, direction: directionOf(valueAt(spec, row.path), value), because: INHERITED }];
    });
    const steps = [...own, ...inherited].filter((step) => !forbidden(row.path, step, observations));
    return steps.map((step) => ({ move, row, step }));
  });
}

/** What the specs that are about to be trained change already. */
function pendingPaths({ spec, pending }: ProposalContext): ReadonlySet<string> {
  const differing = ({ path }: Move) => pending.some((other) => valueAt(other, path) !== valueAt(spec, path));
  return new Set(MOVES.filter(differing).map(({ path }) => path));
}

function describe(
  context: ProposalContext,
  chosen: readonly Option[],
  edited: SpecVersion,
  observations: readonly Observation[],
): Proposal {
  const sentences = chosen
    .toSorted((a, b) => a.move - b.move)
    .map(({ row, step }) => {
      const followed = observations.some(
        (o) => o.path === row.path && o.direction === step.direction && o.ending === "helped",
      );
      const reason =
        followed && step.direction !== "aside"
          ? `going ${step.direction} helped before, and ${step.because}`
          : step.because;
      return `${row.words} ${valueAt(context.spec, row.path)} -> ${step.value}: ${reason}`;
    });
  const diff = createPatch(context.specPath, context.specText ?? undefined, edited.text);
  return { proposer: "search", hypothesis: sentences.join("; "), diff };
}
