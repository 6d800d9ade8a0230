// Shared memory of the replicas: gradients on their way to the replica that updates them, parameters on their way back in the same
// place, and a barrier.

/** All of it can be sent to another thread, which then sees the same memory. */
export interface SharedMemory {
  readonly replicas: number;
  /** Where the share of each replica begins in the flat buffers; one number more, the end of the last. */
  readonly starts: readonly number[];
  /** Per owner: the gradients of its share that the other replicas found, one behind the other; then the share's new parameters. */
  readonly gradients: readonly SharedArrayBuffer[];
  /** One float64 per replica. */
  readonly numbers: SharedArrayBuffer;
  /** Arrivals at the barrier, rounds passed, and whether a replica failed. */
  readonly control: SharedArrayBuffer;
}

const [ARRIVED, ROUND, FAILED] = [0, 1, 2];
const FLOAT = Float32Array.BYTES_PER_ELEMENT;

export function shareMemory(replicas: number, starts: readonly number[]): SharedMemory {
  const size = (owner: number) => starts[owner + 1] - starts[owner];
  return {
    replicas,
    starts,
    gradients: Array.from(
      { length: replicas },
      (_, owner) => new SharedArrayBuffer((replicas - 1) * size(owner) * FLOAT),
    ),
    numbers: new SharedArrayBuffer(replicas * Float64Array.BYTES_PER_ELEMENT),
    control: new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT),
  };
}

/** Ends every wait at the barrier, for good: one of those it waits for will not come. */
export function giveUp(shared: SharedMemory): void {
  const control = new Int32Array(shared.control);
  Atomics.store(control, FAILED, 1);
  Atomics.notify(control, ROUND);
}

/** One replica's hold on the shared memory. Between two barriers a place is written by one replica or read by any, never both. */
export class Exchange {
  readonly rank: number;
  readonly replicas: number;
  /** The part of the flat buffers that this replica updates. */
  readonly from: number;
  readonly to: number;
  readonly #shared: SharedMemory;
  readonly #numbers: Float64Array;
  readonly #control: Int32Array;

  constructor(shared: SharedMemory, rank: number) {
    this.rank = rank;
    this.replicas = shared.replicas;
    this.from = shared.starts[rank];
    this.to = shared.starts[rank + 1];
    this.#shared = shared;
    this.#numbers = new Float64Array(shared.numbers);
    this.#control = new Int32Array(shared.control);
  }

  /** Hands the gradient of a parameter at `offset` to the replica that updates it; this replica's own stay where they are. */
  send(offset: number, gradient: Float32Array): void {
    const { starts, gradients } = this.#shared;
    const owner = starts.findLastIndex((start) => start <= offset && start < starts[this.replicas]);
    if (owner === this.rank) return;
    const size = starts[owner + 1] - starts[owner];
    const slot = this.rank < owner ? this.rank : this.rank - 1;
    new Float32Array(gradients[owner]).set(gradient, slot * size + offset - starts[owner]);
  }

  /** What each of the others sent for this replica's share. The first is where all of them may be added up. */
  received(): Float32Array[] {
    const size = this.to - this.from;
    return Array.from(
      { length: this.replicas - 1 },
      (_, slot) => new Float32Array(this.#shared.gradients[this.rank], slot * size * FLOAT, size),
    );
  }

  /** Shows the others the new parameters of this replica's share, in the place of the gradients, which must have been used by then. */
  show(parameters: Float32Array): void {
    new Float32Array(this.#shared.gradients[this.rank]).set(parameters);
  }

  /** Takes over what the others have shown. @param parameters of the whole model */
  look(parameters: Float32Array): void {
    const { starts, gradients } = this.#shared;
    gradients.forEach((shown, owner) => {
      const size = starts[owner + 1] - starts[owner];
      if (owner !== this.rank) parameters.set(new Float32Array(shown, 0, size), starts[owner]);
    });
  }

  publish(number: number): void {
    this.#numbers[this.rank] = number;
  }

  /** The sum of what all have published, the same in every replica. */
  sum(): number {
    return this.#numbers.reduce((total, number) => total + number, 0);
  }

  /** Returns once every replica has come here. @throws Error when one of them has failed, so that nobody waits for it. */
  barrier(): void {
    const round = Atomics.load(this.#control, ROUND);
    if (Atomics.add(this.#control, ARRIVED, 1) + 1 === this.replicas) {
      Atomics.store(this.#control, ARRIVED, 0);
      Atomics.add(this.#control, ROUND, 1);
      Atomics.notify(this.#control, ROUND);
    } else {
      while (Atomics.load(this.#control, ROUND) === round && Atomics.load(this.#control, FAILED) === 0) {
        Atomics.wait(this.#control, ROUND, round, 1000);
      }
    }
    if (Atomics.load(this.#control, FAILED) !== 0) throw new Error("another replica failed");
  }

  fail(): void {
    giveUp(this.#shared);
  }
}
