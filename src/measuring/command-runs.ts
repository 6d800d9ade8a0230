// Runs the commands of a repository on versions of it, each in a fresh copy. It remembers nothing: see command-trainings.ts.

import { mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import type { Measurement } from "../candidate.js";
import { AxonError } from "../errors.js";
import type { Allowance } from "../evaluation/allowance.js";
import { measureByCommands } from "../evaluation/measure-commands.js";
import type { RepositoryVersion } from "../evolution/workshop.js";
import { availableCores, availableMemory } from "../machine.js";
import { Lanes } from "../process/lanes.js";
import { materialiseCorpus, removeForeign } from "../workspace/materialise.js";
import { NOTHING_PREPARED, prepare, type Prepared } from "../workspace/prepare.js";
import type { Material } from "./material.js";
import type { Ruler } from "./ruler.js";
import { timed } from "./timed.js";

export interface CommandRunsOptions {
  readonly material: Material;
  readonly ruler: Ruler;
  /** Bytes that a training of the repository's own spec would read. */
  readonly tokens: number;
  readonly threads: number;
  /** Directory for scratch directories whose names begin with `scratch`, and for what was prepared. */
  readonly directory: string;
  readonly scratch: string;
  /** `prepare` may use the network. */
  readonly network: boolean;
  readonly signal: AbortSignal;
}

export class CommandRuns {
  readonly #options: CommandRunsOptions;
  readonly #prepared: Prepared;
  readonly #corpus: string;
  readonly #lanes: Lanes;

  private constructor(options: CommandRunsOptions, prepared: Prepared, corpus: string) {
    this.#options = options;
    this.#prepared = prepared;
    this.#corpus = corpus;
    // A number that a command reports may be a time: nothing of ours runs beside it.
    this.#lanes = new Lanes(options.ruler.commands?.objective ? 1 : availableCores());
  }

  /** @throws InputError `prepare-failed`, `prepare-scattered`, `repository-too-large`, `corpus-clash` */
  static async open(options: CommandRunsOptions): Promise<CommandRuns> {
    const { material, directory, scratch, network, signal } = options;
    const { tree, configuration, split } = material;
    const cache = join(directory, "prepared");
    await mkdir(cache, { recursive: true });
    const { prepare: command } = configuration;
    const memoryBytes = availableMemory();
    const prepared = command ? await prepare({ tree, command, cache, network, memoryBytes, signal }) : NOTHING_PREPARED;
    const corpus = await mkdtemp(join(directory, `${scratch}corpus-`));
    await materialiseCorpus(split.training, corpus);
    return new CommandRuns(options, prepared, corpus);
  }

  /** @param begin called when its turn has come, for the allowance; or a measurement that makes the run needless */
  run({ changes }: RepositoryVersion, seed: number, begin: () => Allowance | Measurement): Promise<Measurement> {
    return this.#lanes.run(async () => {
      const allowance = begin();
      return "ok" in allowance ? allowance : timed(this.#measure(changes, seed, allowance));
    });
  }

  async #measure(changes: RepositoryVersion["changes"], seed: number, allowance: Allowance): Promise<Measurement> {
    const { material, ruler, tokens, threads, directory: parent, scratch, signal } = this.#options;
    const { commands, heldOut } = ruler;
    if (commands === null) throw new AxonError("bug", "there are no commands to run");
    signal.throwIfAborted();
    const directory = await mkdtemp(join(parent, scratch));
    try {
      return await measureByCommands({
        ...commands,
        tree: material.tree,
        prepared: this.#prepared,
        corpus: this.#corpus,
        heldOut,
        changes,
        seed,
        tokens,
        allowance,
        threads,
        directory,
        signal,
        memory: availableMemory() / availableCores(), // as many go side by side
      });
    } finally {
      await removeForeign(directory);
    }
  }

  async close(): Promise<void> {
    await removeForeign(this.#corpus);
  }
}
