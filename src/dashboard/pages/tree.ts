// The attempts of a cycle as a tree: who stands on whom, and what that adds up to. It draws nothing and trusts no archive to be a tree.

import type { AttemptView } from "../views.js";

export interface Node {
  readonly id: string;
  /** Null for the baseline. */
  readonly attempt: AttemptView | null;
  readonly depth: number;
  /** In rows; between them where it has several children. */
  readonly row: number;
  readonly children: readonly Node[];
}

/** The attempt and those it stands on, up to the baseline or to where that cannot be told. */
export function wayOf(id: string | null, attempts: readonly AttemptView[]): readonly AttemptView[] {
  const byId = new Map(attempts.map((one) => [one.id, one]));
  const way = new Set<AttemptView>();
  for (let one = byId.get(id ?? ""); one && !way.has(one); one = byId.get(one.parent)) way.add(one);
  return [...way];
}

/** Change of the objective against the baseline: the effects along its way. Null where one of them is unknown. */
export function changeOf(attempt: AttemptView, attempts: readonly AttemptView[]): number | null {
  const effects = wayOf(attempt.id, attempts).map(({ effect }) => effect);
  return effects.includes(null) ? null : effects.reduce<number>((sum, effect) => sum + effect!, 0);
}

/** The baseline as the root. An attempt whose way does not lead there hangs on the root. */
export function treeOf(attempts: readonly AttemptView[]): Node {
  const children = new Map<string, AttemptView[]>();
  for (const attempt of attempts) {
    const rooted = wayOf(attempt.id, attempts).at(-1)?.parent === "baseline";
    const parent = rooted ? attempt.parent : "baseline";
    children.set(parent, [...(children.get(parent) ?? []), attempt]);
  }
  let rows = 0;
  const place = (id: string, attempt: AttemptView | null, depth: number): Node => {
    const below = (children.get(id) ?? []).map((one) => place(one.id, one, depth + 1));
    const row = below.length === 0 ? rows++ : (below[0].row + below.at(-1)!.row) / 2;
    return { id, attempt, depth, row, children: below };
  };
  return place("baseline", null, 0);
}
