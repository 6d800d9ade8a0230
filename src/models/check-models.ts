// Is a model, at its endpoint, good enough to propose changes? Five tasks whose right result is known tell.

import type { ModelCost } from "../candidate.js";
import { readLlmSettings } from "../config/llm-settings.js";
import { sumOfModelCosts } from "../evolution/model-cost.js";
import type { Ledger } from "../llm/budget.js";
import type { ChatFailure, ChatRequest } from "../llm/chat.js";
import { openChat } from "../llm/open-chat.js";
import type { LlmSettings } from "../llm/settings.js";
import { TRIAL_TASKS } from "../proposal/trial-tasks.js";
import { tryTask, type TrialResult } from "../proposal/trial.js";
import { UNSERVED } from "./paid-answers.js";

export interface ModelCheck {
  readonly model: string;
  readonly goodEnough: boolean;
  /** In a sentence. */
  readonly verdict: string;
  /** How answers were asked for in the end: "json_schema" is what a good endpoint understands. */
  readonly format: string;
  /** Fewer than there are where the endpoint did not serve. */
  readonly tasks: readonly TrialResult[];
  /** Seconds that the tasks took, repairs included. */
  readonly latency: { readonly median: number; readonly slowest: number } | null;
  readonly cost: ModelCost;
}

export interface EndpointCheck {
  readonly host: string;
  /** All models are good enough. */
  readonly ok: boolean;
  readonly models: readonly ModelCheck[];
}

export interface CheckHooks {
  readonly signal: AbortSignal;
  readonly onTask: (model: string, task: string, number: number, of: number) => void;
  /** What an answer waits for, in words. */
  readonly say: (line: string) => void;
}

/** Of the tasks: one may go wrong by bad luck, for models answer by chance. */
const ENOUGH = TRIAL_TASKS.length - 1;

/**
 * Asks every model that the environment names.
 * @param ledger of all of them together
 * @throws InputError for an environment that cannot be used
 */
export async function checkModels(ledger: Ledger, hooks: CheckHooks): Promise<EndpointCheck> {
  const settings = readLlmSettings();
  const models: ModelCheck[] = [];
  for (const { name } of settings.models) models.push(await checkModel(name, { settings, ledger }, hooks));
  return { host: new URL(settings.baseUrl).host, ok: models.every(({ goodEnough }) => goodEnough), models };
}

async function checkModel(
  model: string,
  { settings, ledger }: { readonly settings: LlmSettings; readonly ledger: Ledger },
  { signal, onTask, say }: CheckHooks,
): Promise<ModelCheck> {
  let format = "json_schema";
  let unserved: ChatFailure | null = null;
  const onSimpler = (simpler: string) => (format = simpler);
  const chat = openChat(settings, ledger, { say, onSimpler });
  const ask = async (request: ChatRequest) => {
    const reply = await chat(request, signal);
    if (!reply.ok && UNSERVED.has(reply.code)) unserved = reply;
    return reply;
  };
  const tasks: TrialResult[] = [];
  for (const [i, task] of TRIAL_TASKS.entries()) {
    onTask(model, task.name, i + 1, TRIAL_TASKS.length);
    const result = await tryTask(task, { model, ask });
    tasks.push(result);
    if (unserved !== null && tasks.length === 1) break; // whatever is wrong there will be again
  }
  const seconds = tasks.filter(({ applies }) => applies).map(({ cost }) => cost.seconds);
  return {
    model,
    ...verdictOn(tasks, format, unserved),
    format,
    tasks,
    latency: seconds.length === 0 ? null : latencyOf(seconds),
    cost: sumOfModelCosts(tasks.map(({ cost }) => cost)),
  };
}

function verdictOn(
  tasks: readonly TrialResult[],
  format: string,
  unserved: ChatFailure | null,
): Pick<ModelCheck, "goodEnough" | "verdict"> {
  const [right, applied] = [tasks.filter((task) => task.right).length, tasks.filter(({ applies }) => applies).length];
  if (applied === 0 && unserved !== null) return { goodEnough: false, verdict: `not reachable: ${unserved.reason}` };
  const count = `${applied} of ${TRIAL_TASKS.length} diffs applied, ${right} of them did what was asked for`;
  const form = format === "json_schema" ? "" : ", though it does not know JSON schemas";
  if (right >= ENOUGH) return { goodEnough: true, verdict: `good enough${form}: ${count}` };
  return { goodEnough: false, verdict: `not good enough: ${count}; take another model, a larger one mostly helps` };
}

function latencyOf(seconds: readonly number[]): ModelCheck["latency"] {
  const sorted = seconds.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], slowest: sorted.at(-1)! };
}
