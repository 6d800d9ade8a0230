// Training speed, measured over the steps after the third.

/** Measures the steps after the third, as the first ones still allocate. */
export class Clock {
  readonly #tokensPerStep: number;
  readonly #start = performance.now();
  #steps = 0;
  #warm = 0;
  #last = this.#start;

  constructor(tokensPerStep: number) {
    this.#tokensPerStep = tokensPerStep;
  }

  tick(): void {
    this.#last = performance.now();
    if (++this.#steps <= 3) this.#warm = this.#last;
  }

  /** Tokens per second. */
  rate(): number {
    const steps = this.#steps > 3 ? this.#steps - 3 : this.#steps;
    const since = this.#steps > 3 ? this.#warm : this.#start;
    return steps === 0 ? 0 : (1000 * steps * this.#tokensPerStep) / (this.#last - since);
  }

  metrics(): { readonly seconds: number; readonly tokensPerSecond: number } {
    return { seconds: (this.#last - this.#start) / 1000, tokensPerSecond: this.rate() };
  }
}
