// Steps on a GPU, one per run. The state stays there from one step to the next: it leaves only when somebody asks for it.

import type { Tensor } from "../graph/graph.js";
import { writeOnnx } from "../graph/write-onnx.js";
import { sections } from "../optimizer/sections.js";
import { copyState, type TrainingState } from "../optimizer/state.js";
import { scheduleRow, takeVectors, vectorFeeds, vectorInputs } from "../optimizer/vectors.js";
import { lower, portable } from "../portable/lower.js";
import { openDevice, Resident } from "../runtime/device.js";
import type { Step, StepResult, Steps, StepsOptions } from "./steps.js";
import { stepModel } from "./training-step.js";

type Vectors = Readonly<Record<string, Tensor | Resident>>;

/**
 * @param state taken over
 * @throws AxonError `webgpu-unavailable`; GraphError where an operator has no kernel on the device.
 */
export async function openDeviceSteps(options: StepsOptions, state: TrainingState): Promise<Steps> {
  const { objective, plan, batch } = options;
  const of = sections(objective.parameters, plan);
  const names = vectorInputs(of, plan).map(({ name }) => name);
  const model = writeOnnx(lower(stepModel(objective, plan, batch)));
  const device = await openDevice();
  const session = await device.load(
    model,
    names.map((name) => `next_${name}`),
  );
  let { step } = state;
  let vectors: Vectors = vectorFeeds(of, plan, state); // on the device from the first step on
  const take = async ({ batch: given, learningRate }: Step): Promise<StepResult> => {
    const schedule = Float32Array.from(scheduleRow(of, plan, step + 1, learningRate));
    const { resident, fetched } = await session.run({
      ...rowsOf(options, given),
      ...vectors,
      schedule: { type: "float32", shape: [schedule.length], data: schedule },
    });
    free(vectors);
    vectors = Object.fromEntries(names.map((name) => [name, resident[`next_${name}`]]));
    step++;
    return { loss: Number(fetched["loss"].data[0]), gradientNorm: Number(fetched["gradientNorm"].data[0]) };
  };
  return {
    run: async (steps) => {
      const results: StepResult[] = [];
      for (const given of steps) results.push(await take(given));
      return results;
    },
    state: async () => {
      const read: Record<string, Tensor> = {};
      for (const name of names) {
        const vector = vectors[name];
        read[`next_${name}`] = vector instanceof Resident ? await device.read(vector) : vector;
      }
      takeVectors(of, plan, read, state);
      return copyState({ ...state, step });
    },
    close: async () => {
      free(vectors);
      await session.close();
      await device.close();
    },
  };
}

function rowsOf({ objective, batch }: StepsOptions, given: Step["batch"]): Record<string, Tensor> {
  const inputs = objective.inputs.map(({ name, type, rowShape }): [string, Tensor] => {
    return [name, portable({ type, shape: [1, batch, ...rowShape], data: given[name] })];
  });
  return Object.fromEntries(inputs);
}

function free(vectors: Vectors): void {
  for (const vector of Object.values(vectors)) if (vector instanceof Resident) vector.free();
}
