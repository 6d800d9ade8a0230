import { describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runChild, type ChildOptions } from "../../src/process/child.js";
import { temporaryDirectories } from "../support/temporary.js";

const directory = temporaryDirectories();
const dist = (path: string) => JSON.stringify(pathToFileURL(join(process.cwd(), "dist", path)).href);

/** Writes a script of its own for a child; `handle` is the source of its handler. */
function script(handle: string, before = ""): string {
  const file = join(directory(), "child.mjs");
  writeFileSync(
    file,
    `import { serveChild } from ${dist("process/child.js")};
    import { AxonError, InputError } from ${dist("errors.js")};
    import { writeFileSync } from "node:fs";
    const forever = () => new Promise((resolve) => setTimeout(resolve, 1e9));
    ${before}
    serveChild(${handle});`,
  );
  return file;
}

/** Runs a child with the options and says what it threw. */
async function failure(file: string, request: unknown = {}, options: ChildOptions<unknown> = {}): Promise<Error> {
  return runChild(file, request, options).then(
    (result) => new Error(`it gave ${JSON.stringify(result)}`),
    (error: Error) => error,
  );
}

/** Waits until no process of this number runs; one that is dead but not buried does not. */
async function gone(pid: number): Promise<void> {
  const runs = () => {
    try {
      return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
    } catch {
      return false;
    }
  };
  while (runs()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("a child", () => {
  test("gets the request whole, reports progress in order, and its answer arrives whole", async () => {
    const file = script(`async (request, progress) => {
      for (let i = 0; i < 50; i++) progress({ i, filler: "x".repeat(100_000) });
      return { sum: request.bytes.reduce((sum, byte) => sum + byte, 0), echo: request.map, big: new Float32Array(4_000_000).fill(2) };
    }`);
    const bytes = new Uint8Array(3_000_000).fill(1);
    const seen: number[] = [];
    const result = await runChild<{ i: number }, { sum: number; echo: unknown; big: Float32Array }>(
      file,
      { bytes, map: new Map([["a", 1n]]) },
      { onProgress: ({ i }) => void seen.push(i) },
    );
    expect(result.sum).toBe(3_000_000);
    expect([...(result.echo as Map<string, bigint>)]).toEqual([["a", 1n]]);
    expect(result.big.length).toBe(4_000_000);
    expect(result.big.every((x) => x === 2)).toBe(true);
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  test("that refuses its input throws the same error here, with code and place", async () => {
    const file = script(`async () => {
      throw new InputError("spec-invalid", "too wide", { place: { file: "model/spec.yml", line: 3, column: 5 } });
    }`);
    expect(await failure(file)).toMatchObject({
      name: "InputError",
      code: "spec-invalid",
      message: "too wide",
      place: { file: "model/spec.yml", line: 3, column: 5 },
    });
  });

  test("that fails otherwise throws no InputError, and a bug brings its stack", async () => {
    expect(await failure(script(`async () => { throw new AxonError("write-failed", "disk full"); }`))).toMatchObject({
      name: "AxonError",
      code: "write-failed",
      message: "disk full",
    });
    const bug = await failure(script(`async () => null.length`));
    expect(bug).toMatchObject({ name: "AxonError", code: "bug" });
    expect(bug.message).toMatch(/^TypeError: .*null[\s\S]*child\.mjs:\d+/);
  });

  test("whose answer cannot be sent says so", async () => {
    const error = await failure(script(`async () => ({ size: () => 3 })`));
    expect(error).toMatchObject({
      name: "AxonError",
      code: "bug",
      message: expect.stringContaining("could not be cloned"),
    });
  });

  test("does not outlive a request that cannot be sent", async () => {
    const note = join(directory(), "pid");
    const file = script("forever", `writeFileSync(${JSON.stringify(note)}, String(process.pid));`);
    expect((await failure(file, { size: () => 3 })).message).toContain("could not be cloned");
    const written = () => {
      try {
        return Number(readFileSync(note, "utf8"));
      } catch {
        return 0;
      }
    };
    await new Promise((resolve) => setTimeout(resolve, 300)); // long enough to start, were it not killed
    if (written() > 0) await gone(written());
  });
});

describe("a child that ends without an answer is an error that says how", () => {
  test.each([
    ["exits on the request", `async () => process.exit(3)`, "", "exit code 3"],
    ["exits at once", `forever`, "process.exit(4);", "exit code 4"],
    ["is killed", `async () => process.kill(process.pid, "SIGKILL")`, "", "SIGKILL"],
    [
      "throws beside its work",
      `async () => { setTimeout(() => { throw new Error("lost"); }); return forever(); }`,
      "process.on('uncaughtException', () => process.exit(7));",
      "exit code 7",
    ],
  ])("when it %s", async (_, handle, before, how) => {
    const file = script(handle, before);
    for (const request of [{}, { bytes: new Uint8Array(5_000_000) }]) {
      const error = await failure(file, request);
      expect(error).toMatchObject({ name: "AxonError", code: "child-crashed" });
      expect(error.message).toBe(`the process that ran ${file} ended with ${how}`);
    }
  });

  test("when there is no such script", async () => {
    const source = `import { runChild } from ${dist("process/child.js")};
      runChild("/nowhere/child.mjs", {}).catch((error) => console.log(error.code));`;
    const file = join(directory(), "parent.mjs");
    writeFileSync(file, source);
    expect(spawnSync(process.execPath, [file], { encoding: "utf8" }).stdout).toBe("child-crashed\n");
  });
});

describe("a child that is asked to stop", () => {
  /** Aborts when the child reports, and says how long it took from there. */
  async function stopped(file: string): Promise<{ error: Error; milliseconds: number; pid: number }> {
    const abort = new AbortController();
    let [asked, pid] = [0, 0];
    const onProgress = (progress: unknown) => {
      pid = progress as number;
      asked = performance.now();
      abort.abort();
    };
    const error = await failure(file, {}, { signal: abort.signal, onProgress });
    return { error, milliseconds: performance.now() - asked, pid };
  }

  test("ends in order and still gives its answer", async () => {
    const file = script(`async (_, progress, stopped) => {
      progress(process.pid);
      while (!stopped()) await new Promise(setImmediate);
      return "in order";
    }`);
    const { error, milliseconds } = await stopped(file);
    expect(error.message).toBe('it gave "in order"');
    expect(milliseconds).toBeLessThan(700);
  });

  test.each([
    ["does not listen", `(_, progress) => { progress(process.pid); return forever(); }`],
    [
      "is blocked by native work",
      `async (_, progress) => { progress(process.pid); await new Promise(setImmediate); for (;;); }`,
    ],
  ])("and %s is killed about a second later", async (_, handle) => {
    const { error, milliseconds, pid } = await stopped(script(handle));
    expect(error).toMatchObject({ name: "AxonError", code: "interrupted" });
    expect(milliseconds).toBeLessThan(1500); // 0.9 s where nothing else runs
    await gone(pid);
  });

  test("before it began knows it from the start", async () => {
    const file = script(`async (_, progress, stopped) => stopped()`);
    expect(await runChild(file, {}, { signal: AbortSignal.abort() })).toBe(true);
  });

  test("by the death of its parent ends too", async () => {
    const note = join(directory(), "pid");
    const file = script(
      `async () => { writeFileSync(${JSON.stringify(note)}, String(process.pid)); return forever(); }`,
    );
    const parent = join(directory(), "parent.mjs");
    writeFileSync(
      parent,
      `import { existsSync } from "node:fs";
      import { runChild } from ${dist("process/child.js")};
      void runChild(${JSON.stringify(file)}, {});
      setInterval(() => existsSync(${JSON.stringify(note)}) && process.kill(process.pid, "SIGKILL"), 5);`,
    );
    expect(spawnSync(process.execPath, [parent]).signal).toBe("SIGKILL");
    await gone(Number(readFileSync(note, "utf8")));
  });
});
