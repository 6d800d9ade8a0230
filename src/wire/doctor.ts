// What AXON needs of a machine, looked at piece by piece. It repairs nothing.

import { AxonError } from "../errors.js";
import { GraphBuilder } from "../graph/builder.js";
import { IR_VERSION, OPSETS, type Tensor } from "../graph/graph.js";
import { writeOnnx } from "../graph/write-onnx.js";
import { availableCores, availableMemory } from "../machine.js";
import { Git } from "../repository/git.js";
import { createSession, RUNTIME_VERSION } from "../runtime/session.js";
import { sandboxCapability } from "../sandbox/capability.js";

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly remedy?: string;
}

export interface Examination {
  /** False when something is missing that AXON cannot work without; a missing sandbox is not that. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** Looks at Node.js, ONNX Runtime, git, cores, memory and the sandbox. */
export async function examine(): Promise<Examination> {
  const needed = [checkNode(process.versions.node), await checkRuntime(), await checkGit()];
  const checks = [...needed, cores(), memory(), ...(await checkSandbox())];
  return { ok: needed.every(({ ok }) => ok), checks };
}

/** @param version "major.minor.patch"; package.json asks for the same. */
export function checkNode(version: string): Check {
  const [major, minor] = version.split(".").map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return { name: "node", ok, detail: version, ...(!ok && { remedy: "install Node 20.19 or newer" }) };
}

function number(value: number): Tensor {
  return { type: "float32", shape: [], data: Float32Array.of(value) };
}

/** Loading is not enough: it must compute. */
async function checkRuntime(): Promise<Check> {
  const b = new GraphBuilder("doctor");
  const graph = b.build({ sum: b.op("Add", [b.input("one", "float32", []), b.input("other", "float32", [])]) });
  const model = writeOnnx({ graph, irVersion: IR_VERSION, opsets: OPSETS, metadata: {} });
  try {
    const session = await createSession(model, { threads: 1 });
    const { sum } = await session.run({ one: number(1), other: number(2) });
    await session.close();
    return { name: "onnxruntime", ok: sum.data[0] === 3, detail: `${RUNTIME_VERSION}, and it computes` };
  } catch (error) {
    return missing("onnxruntime", error, "install the packages anew: npm ci");
  }
}

async function checkGit(): Promise<Check> {
  try {
    return { name: "git", ok: true, detail: (await new Git([]).line(["--version"])).replace(/^git version /, "") };
  } catch (error) {
    return missing("git", error, "install git, or put it on the PATH");
  }
}

function missing(name: string, error: unknown, remedy: string): Check {
  if (!(error instanceof AxonError)) throw error;
  return { name, ok: false, detail: error.message, remedy };
}

function cores(): Check {
  return { name: "cores", ok: true, detail: `${availableCores()} to compute on` };
}

function memory(): Check {
  return { name: "memory", ok: true, detail: `${(availableMemory() / 2 ** 30).toFixed(1)} GiB` };
}

async function checkSandbox(): Promise<Check[]> {
  const sandbox = await sandboxCapability();
  if (!sandbox.works) {
    const detail = `${sandbox.reason}; so code candidates are not run, spec candidates are`;
    return [{ name: "sandbox", ok: false, detail, remedy: sandbox.remedy }];
  }
  const works = { name: "sandbox", ok: true, detail: "foreign code can be run, foreign models can be scored" };
  if (sandbox.cgroups !== "none") {
    const detail = `${sandbox.cgroups}: the kernel bounds memory and processes of a sandbox`;
    return [works, { name: "cgroups", ok: true, detail }];
  }
  const detail = "none can be made here: memory and CPU time of a sandbox are watched ten times a second instead";
  const remedy = "for hard limits start AXON in a control group that its user may divide (systemd: Delegate=yes)";
  return [works, { name: "cgroups", ok: false, detail, remedy }];
}
