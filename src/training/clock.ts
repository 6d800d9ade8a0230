// Training speed, measured over the steps after the third.

/** The first steps still allocate. */
const WARM_UP = 3;
/** Progress and Ctrl-C wait this long at most, as far as the speed so far tells. */
const RUN_SECONDS = 0.25;
/** Their batches and losses go in and out together. */
const MOST_STEPS = 64;

export class Clock {
  readonly #tokensPerStep: number;
  readonly #start = performance.now();
  #steps = 0;
  #warm = 0;
  #last = this.#start;

  constructor(tokensPerStep: number) {
    this.#tokensPerStep = tokensPerStep;
  }

  tick(steps: number): void {
    this.#last = performance.now();
    this.#steps += steps;
    if (this.#steps <= WARM_UP) this.#warm = this.#last;
  }

  /** As many steps as fit between two looks at the messages; one by one while warming up. */
  stepsPerRun(): number {
    if (this.#steps < WARM_UP) return 1;
    const perSecond = this.rate() / this.#tokensPerStep;
    return Math.max(1, Math.min(MOST_STEPS, Math.floor(perSecond * RUN_SECONDS)));
  }

  /** Tokens per second. */
  rate(): number {
    const warm = this.#steps > WARM_UP;
    const steps = warm ? this.#steps - WARM_UP : this.#steps;
    const since = warm ? this.#warm : this.#start;
    return steps === 0 ? 0 : (1000 * steps * this.#tokensPerStep) / (this.#last - since);
  }

  /** For progress: the speed so far, and how long that many more steps take at it. */
  pace(steps: number): { readonly tokensPerSecond: number; readonly secondsLeft: number } {
    const tokensPerSecond = this.rate();
    return { tokensPerSecond, secondsLeft: (steps * this.#tokensPerStep) / tokensPerSecond };
  }

  metrics(): { readonly seconds: number; readonly tokensPerSecond: number } {
    return { seconds: (this.#last - this.#start) / 1000, tokensPerSecond: this.rate() };
  }
}
