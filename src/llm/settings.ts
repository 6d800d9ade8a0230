// What an endpoint is, what it may cost and how long one waits for it. Where the values come from is no matter here.

/** Dollars per million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
}

export interface ModelSettings {
  readonly name: string;
  /** Null: not known. Then only tokens are counted. */
  readonly price: ModelPrice | null;
}

/** Hard stops, per ledger and UTC day; 0 allows nothing. */
export interface DailyLimits {
  readonly dollars: number;
  readonly tokens: number;
  /** Where each was set, for whoever wants to change it; absent for a default. */
  readonly setBy?: { readonly dollars?: string; readonly tokens?: string };
}

export interface LlmSettings {
  /** Up to and without /chat/completions. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Names, or name:port. The key is sent to no other. */
  readonly allowedHosts: readonly string[];
  readonly models: readonly ModelSettings[];
  readonly daily: DailyLimits;
  readonly limits?: Partial<Limits>;
}

export interface Limits {
  /** Longest silence on the wire, also before the first byte. */
  readonly idleMs: number;
  /** Longest time of one try, however lively. */
  readonly totalMs: number;
  /** Further tries after a passing failure. */
  readonly retries: number;
  /** The longest wait between two tries. An endpoint that asks for more has failed. */
  readonly waitMs: number;
  /** Requests at one time. */
  readonly concurrent: number;
  /** Of an answer's text, as UTF-8. */
  readonly answerBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  idleMs: 120_000,
  totalMs: 600_000,
  retries: 4,
  waitMs: 120_000,
  concurrent: 2,
  answerBytes: 1 << 20,
};
