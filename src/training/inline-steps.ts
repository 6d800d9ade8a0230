// Steps in this thread: a run takes several of them through one graph.

import type { Tensor } from "../graph/graph.js";
import { writeOnnx } from "../graph/write-onnx.js";
import { sections, type Plan } from "../optimizer/sections.js";
import { createSession, discard, type Session } from "../runtime/session.js";
import { joined } from "./joined.js";
import { keepsMemory } from "./memory.js";
import type { Objective } from "./objective.js";
import { copyState, type TrainingState } from "../optimizer/state.js";
import { stepsModel } from "./steps-model.js";
import type { Division, Step, StepResult, Steps } from "./steps.js";
import { scheduleRow, takeVectors, vectorFeeds } from "../optimizer/vectors.js";

export class InlineSteps implements Steps {
  readonly #objective: Objective;
  readonly #plan: Plan;
  readonly #division: Division;
  readonly #session: Session;
  #state: TrainingState;

  private constructor(objective: Objective, plan: Plan, division: Division, session: Session, state: TrainingState) {
    this.#objective = objective;
    this.#plan = plan;
    this.#division = division;
    this.#session = session;
    this.#state = state;
  }

  /** @param profile where to write ONNX Runtime's trace, as the beginning of a file name */
  static async open(
    objective: Objective,
    plan: Plan,
    division: Division,
    state: TrainingState,
    profile?: string,
  ): Promise<InlineSteps> {
    const model = stepsModel(objective, plan, division.parts, division.rows);
    const options = { threads: division.threads, arena: keepsMemory(model.graph) };
    const session = await createSession(writeOnnx(model), { ...options, ...(profile !== undefined && { profile }) });
    return new InlineSteps(objective, plan, division, session, state);
  }

  async run(steps: readonly Step[]): Promise<readonly StepResult[]> {
    const { parts, rows } = this.#division;
    const of = sections(this.#objective.parameters, this.#plan);
    const batch = this.#objective.inputs.map(({ name, type, rowShape }): [string, Tensor] => {
      const data = joined(steps.map((step) => step.batch[name]));
      return [name, { type, shape: [steps.length, parts, rows, ...rowShape], data }];
    });
    const schedule = steps.flatMap(({ learningRate }, i) =>
      scheduleRow(of, this.#plan, this.#state.step + i + 1, learningRate),
    );
    const outputs = await this.#session.run({
      ...Object.fromEntries(batch),
      ...vectorFeeds(of, this.#plan, this.#state),
      schedule: {
        type: "float32",
        shape: [steps.length, schedule.length / steps.length],
        data: Float32Array.from(schedule),
      },
    });
    takeVectors(of, this.#plan, outputs, this.#state);
    this.#state = { ...this.#state, step: this.#state.step + steps.length };
    const [losses, norms] = ["losses", "gradientNorms"].map((name) => outputs[name].data as Float32Array);
    const results = steps.map((_, i) => ({ loss: losses[i], gradientNorm: norms[i] }));
    discard(Object.values(outputs).map(({ data }) => data));
    return results;
  }

  state(): Promise<TrainingState> {
    return Promise.resolve(copyState(this.#state));
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
