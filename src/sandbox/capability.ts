// Can this machine run a sandbox? Tried once, with the full recipe; where it does not work, this says why and how to mend it.

import { existsSync, readFileSync } from "node:fs";
import { findGroupHome, type GroupHome, type GroupVersion } from "./groups.js";
import { launch } from "./launch.js";
import type { Outcome } from "./request.js";

export type Capability =
  | { readonly works: true; readonly cgroups: GroupVersion | "none" }
  | { readonly works: false; readonly reason: string; readonly remedy: string };

/** What of a machine decides whether it can run a sandbox, and why not. */
export interface Machine {
  readonly platform: string;
  readonly architecture: string;
  readonly root: boolean;
  readonly container: boolean;
  /** Text of a file below /proc/sys; "" where there is none. */
  readonly setting: (name: string) => string;
}

export interface Probed {
  readonly capability: Capability;
  /** Where runs make their control groups. */
  readonly home: GroupHome | null;
}

let probed: Promise<Probed> | undefined;

/** Probes at the first call, later ones get the same answer. */
export async function sandboxCapability(): Promise<Capability> {
  return (await probe()).capability;
}

export function probe(): Promise<Probed> {
  probed ??= examine(thisMachine());
  return probed;
}

async function examine(machine: Machine): Promise<Probed> {
  const home = machine.platform === "linux" ? findGroupHome() : null;
  const obstacle = obstacleBefore(machine, home !== null);
  if (obstacle) return { capability: obstacle, home };
  const outcome = await launch(PROBE, home);
  if (outcome.ok) return { capability: { works: true, cgroups: home?.version ?? "none" }, home };
  return { capability: explain(outcome, machine), home };
}

const PROBE = {
  command: ["true"],
  mounts: [],
  environment: {},
  limits: {
    wallSeconds: 20,
    cpuSeconds: 20,
    memoryBytes: 2 ** 27,
    processes: 16,
    fileBytes: 2 ** 20,
    diskBytes: 2 ** 20,
    outputBytes: 2 ** 16,
  },
} as const;

function thisMachine(): Machine {
  return {
    platform: process.platform,
    architecture: process.arch,
    root: process.getuid?.() === 0,
    container: existsSync("/.dockerenv") || existsSync("/run/.containerenv"),
    setting: (name) => {
      const file = `/proc/sys/${name}`;
      return existsSync(file) ? readFileSync(file, "utf8").trim() : "";
    },
  };
}

/** What forbids a sandbox before anything is tried. */
export function obstacleBefore({ platform, architecture, root }: Machine, groups: boolean): Capability | null {
  if (platform !== "linux") {
    return fails(
      `the sandbox needs Linux, and this is ${platform}`,
      "run AXON on Linux, or in a virtual machine with it",
    );
  }
  if (architecture !== "x64" && architecture !== "arm64") {
    return fails(`the sandbox has no system-call filter for ${architecture}`, "run AXON on x64 or arm64");
  }
  if (root && !groups) {
    const reason = "no control group can be made here, and without one nothing bounds the number of root's processes";
    return fails(reason, "run AXON as a normal user");
  }
  return null;
}

/** Why the trial failed: bubblewrap's own words, and what the machine's settings make of them. */
export function explain(outcome: Extract<Outcome, { ok: false }>, machine: Machine): Capability {
  const { setting, container } = machine;
  if (/bwrap: (command )?not found/.test(outcome.output)) {
    return fails("bubblewrap is not installed", "install it: apt-get install bubblewrap");
  }
  if (setting("kernel/apparmor_restrict_unprivileged_userns") === "1") {
    const remedy =
      "allow it for bubblewrap with an AppArmor profile (/etc/apparmor.d/bwrap with the rule `userns,`), or for all: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
    return fails(`AppArmor forbids user namespaces (${outcome.reason})`, remedy);
  }
  if (setting("kernel/unprivileged_userns_clone") === "0") {
    return fails("user namespaces are switched off", "switch them on: sysctl -w kernel.unprivileged_userns_clone=1");
  }
  if (setting("user/max_user_namespaces") === "0") {
    return fails("user namespaces are switched off", "switch them on: sysctl -w user.max_user_namespaces=15000");
  }
  if (container) {
    const remedy =
      "start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined, or run AXON outside";
    return fails(`the container forbids what bubblewrap needs (${outcome.reason})`, remedy);
  }
  return fails(outcome.reason, "bubblewrap 0.8 or newer must be able to run: bwrap --unshare-all --ro-bind / / true");
}

function fails(reason: string, remedy: string): Capability {
  return { works: false, reason, remedy };
}
