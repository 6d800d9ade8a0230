// What is asked of a sandbox and what it answers: types only.

export interface Mount {
  /** A file or folder of this machine. */
  readonly host: string;
  /** Absolute path under which the program finds it. */
  readonly inside: string;
  readonly writable: boolean;
}

export interface Limits {
  readonly wallSeconds: number;
  /** Of all processes together. */
  readonly cpuSeconds: number;
  /** Of all processes together. /tmp and /dev/shm lie in memory too, and hold a quarter of this each. */
  readonly memoryBytes: number;
  /** Processes and threads at once; a start beyond them fails inside. */
  readonly processes: number;
  /** The largest single file. */
  readonly fileBytes: number;
  /** By which the writable mounts may grow, together. */
  readonly diskBytes: number;
  /** Of stdout and stderr together. */
  readonly outputBytes: number;
}

export interface RunOptions {
  /** Program and arguments, as the sandbox sees them. */
  readonly command: readonly string[];
  /** Written to its stdin, which then stays open; without it stdin is empty. */
  readonly input?: readonly Uint8Array[];
  readonly signal?: AbortSignal | undefined;
  /** Foreign text, control characters and all. */
  readonly onOutput?: (text: string, from: "stdout" | "stderr") => void;
}

export interface SandboxRequest extends RunOptions {
  readonly mounts: readonly Mount[];
  /** All there is, but for PATH, HOME, TMPDIR and LANG, which are always set and may be given here too. */
  readonly environment: Readonly<Record<string, string>>;
  /** The network of this machine, all of it. Without, there is none. */
  readonly network?: boolean;
  /** Where the program starts; "/tmp" if not given. */
  readonly directory?: string;
  readonly limits: Limits;
}

interface Measures {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Bytes. */
  readonly peakMemory: number;
  /** The last 64 Ki characters of stdout and stderr, as they came. */
  readonly output: string;
}

/** "sandbox": the program never began. */
export type EndCode = "exit" | "timeout" | "cpu" | "memory" | "disk" | "output" | "interrupted" | "sandbox";

export interface Finished extends Measures {
  readonly ok: true;
  readonly exitCode: 0;
}

export interface Ended extends Measures {
  readonly ok: false;
  readonly code: EndCode;
  readonly reason: string;
}

export type Outcome = Finished | Ended;
