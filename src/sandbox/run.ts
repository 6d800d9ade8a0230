// Runs a program to its end, in a sandbox or without one, and says as a value how it went.

import { spawn } from "node:child_process";
import { probe } from "./capability.js";
import { launch } from "./launch.js";
import { UNMEASURED } from "./meter.js";
import type { Limits, Outcome, RunOptions, SandboxRequest } from "./request.js";
import { supervise } from "./supervise.js";

/**
 * Runs foreign code. It sees a read-only system, the mounts, a /proc and /tmp of its own, no network and no environment but the one given; it is
 * dead, with all it started, when this resolves. CPU time and peak memory come from the control group, else from /proc.
 */
export async function runSandboxed(request: SandboxRequest): Promise<Outcome> {
  const { capability, home } = await probe();
  if (capability.works) return launch(request, home);
  const reason = `${capability.reason}; ${capability.remedy}`;
  return { ok: false, code: "sandbox", reason, seconds: 0, cpuSeconds: 0, peakMemory: 0, output: "" };
}

/** Runs a program of our own the same way without a sandbox: it sees what we see, and uses of CPU and memory what it likes. */
export function runPlain(
  options: RunOptions & { readonly limits: Pick<Limits, "wallSeconds" | "outputBytes"> },
): Promise<Outcome> {
  const [file, ...args] = options.command;
  const child = spawn(file, args, { stdio: [options.input ? "pipe" : "ignore", "pipe", "pipe"] });
  const kill = () => void child.kill("SIGKILL");
  const disk = { excess: async () => null };
  return supervise(child, { limits: options.limits, meter: UNMEASURED, disk, kill, begun: () => true }, options);
}
