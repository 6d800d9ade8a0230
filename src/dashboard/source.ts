// What the dashboard is handed: types only. Where the archive lies and how it is read is nobody's business here.

import type { Attempt, Claim, FinishedCycle } from "../candidate.js";
import type { LiveEvent, LiveView } from "../live/live-state.js";
import type { Evidence } from "../report/evidence.js";

export interface RepositoryName {
  /** Letters, digits, dots and dashes; unique here. */
  readonly id: string;
  readonly name: string;
}

/** A cycle of the archive, oldest first. `finished` is null for one that runs or was interrupted. */
export interface CycleRecord {
  readonly id: string;
  readonly attempts: readonly Attempt[];
  readonly finished: FinishedCycle | null;
  /** Paid for answers of a language model; null where nothing is known of it. */
  readonly dollars: number | null;
  /** What became of its promise after the merge. */
  readonly claim: Claim | null;
}

/** All that was ever spent on a repository. */
export interface Spend {
  readonly trainings: number;
  /** Of training, added up over those that ran side by side. */
  readonly seconds: number;
  /** Paid for answers of a language model; null where nothing is known of it. */
  readonly dollars: number | null;
}

export interface History {
  readonly cycles: readonly CycleRecord[];
  readonly spend: Spend;
  /** In words, what of the archive could not be read; null where all could. */
  readonly trouble: string | null;
}

export interface News {
  readonly repository: string;
  /** Null: all of the repository has to be looked at again. */
  readonly event: LiveEvent | null;
}

export interface DashboardSource {
  readonly repositories: readonly RepositoryName[];
  history(repository: string): Promise<History>;
  /** Null where there is no such cycle, or it has not ended. */
  evidence(repository: string, cycle: string): Promise<Evidence | null>;
  live(repository: string): LiveView;
  /** @returns the function that ends it */
  follow(follower: (news: News) => void): () => void;
}
