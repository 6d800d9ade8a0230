import { afterEach, describe, expect, test } from "@jest/globals";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { lockDirectory } from "../../src/store/lock.js";
import { temporaryDirectories } from "../support/temporary.js";
import { built, other, type Other } from "./processes.js";

const directory = temporaryDirectories();
const running: Other[] = [];
afterEach(() => Promise.all(running.splice(0).map((one) => one.kill())));

/** On every line it hears, it tries to lock the directory once and says what came of it. */
function taker(path: string): Other {
  const started = other(`
    import { createInterface } from "node:readline";
    const { lockDirectory } = await import(${JSON.stringify(built("store/lock.js"))});
    console.log("ready");
    for await (const _ of createInterface(process.stdin)) {
      await lockDirectory(${JSON.stringify(path)}).then(
        () => console.log("mine"),
        (error) => console.log(error.code, error.message),
      );
    }`);
  running.push(started);
  return started;
}

async function answer(one: Other): Promise<string> {
  one.say("go");
  return one.hear();
}

describe("a locked directory", () => {
  test("is refused to this very process and to another, naming the holder, until it is given back", async () => {
    const path = directory();
    const second = taker(path);
    await second.hear();
    const release = await lockDirectory(path);
    const message = `process ${process.pid} works in ${path}: wait for it, or end it`;
    await expect(lockDirectory(path)).rejects.toMatchObject({ name: "InputError", code: "locked", message });
    expect(await answer(second)).toBe(`locked ${message}`);
    await release();
    expect(readdirSync(path)).toEqual([]);
    expect(await answer(second)).toBe("mine");
    await expect(lockDirectory(path)).rejects.toThrow(`process ${second.pid} works in`);
  });

  test("goes to one of many that ask at once in one process", async () => {
    const path = directory();
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => lockDirectory(path)));
    const [won, ...more] = asked.filter((one) => one.status === "fulfilled");
    expect(more).toEqual([]);
    expect(readdirSync(path)).toEqual(["lock"]);
    await won.value();
    expect(readdirSync(path)).toEqual([]);
  });
});

describe("a dead holder's lock", () => {
  test("is taken over by exactly one of twenty processes, whoever died before", async () => {
    const path = directory();
    const takers = Array.from({ length: 20 }, () => taker(path));
    await Promise.all(takers.map((one) => one.hear()));
    writeFileSync(join(path, "lock"), "999999999 1 somebody who died long ago");
    let left = takers;
    for (let round = 0; round < 8; round++) {
      const answers = await Promise.all(left.map(answer));
      const winners = left.filter((_, i) => answers[i] === "mine");
      expect(winners).toHaveLength(1);
      expect(answers.filter((text) => text.startsWith("locked "))).toHaveLength(left.length - 1);
      await winners[0].kill();
      left = left.filter((one) => one !== winners[0]);
    }
    const release = await lockDirectory(path);
    await release();
    expect(readdirSync(path)).toEqual([]);
  });

  test.each([
    ["of a process whose number came around again", `${process.pid} 1 x`],
    ["that says nothing", ""],
    ["that makes no sense", "nobody gone"],
    ["that names no process", "-1 running"],
  ])("%s is taken over", async (_, holder) => {
    const path = directory();
    writeFileSync(join(path, "lock"), holder);
    const release = await lockDirectory(path);
    await expect(lockDirectory(path)).rejects.toMatchObject({ code: "locked" });
    await release();
    expect(readdirSync(path)).toEqual([]);
  });

  test("is taken over from a zombie that nobody buries", async () => {
    const path = directory();
    const script = `
      const { lockDirectory } = await import(${JSON.stringify(built("store/lock.js"))});
      await lockDirectory(${JSON.stringify(path)});
      console.log("locked");
      process.kill(process.pid, "SIGKILL");`;
    // The shell becomes a sleep, which never asks how its child ended.
    const parent = spawn("sh", ["-c", '"$0" --input-type=module -e "$1" & exec sleep 60', process.execPath, script]);
    try {
      for await (const line of createInterface(parent.stdout)) if (line === "locked") break;
      const [pid] = readFileSync(join(path, "lock"), "utf8").split(" ");
      const state = () => /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
      while (state() !== "Z") await new Promise((resolve) => setTimeout(resolve, 5));
      await (
        await lockDirectory(path)
      )();
      expect(existsSync(join(path, "lock"))).toBe(false);
    } finally {
      parent.kill("SIGKILL");
    }
  });
});

test("no two processes hold a lock at once, however often it changes hands", async () => {
  const path = directory();
  const marker = join(directory(), "held");
  const workers = Array.from({ length: 4 }, () => {
    const worker = other(`
      import { rmSync, writeFileSync } from "node:fs";
      const { lockDirectory } = await import(${JSON.stringify(built("store/lock.js"))});
      let held = 0;
      while (held < 50) {
        const release = await lockDirectory(${JSON.stringify(path)}).catch(() => undefined);
        if (!release) continue;
        writeFileSync(${JSON.stringify(marker)}, "", { flag: "wx" });
        held++;
        await new Promise(setImmediate);
        rmSync(${JSON.stringify(marker)});
        await release();
      }
      console.log("done");`);
    running.push(worker);
    return worker;
  });
  expect(await Promise.all(workers.map((one) => one.hear()))).toEqual(workers.map(() => "done"));
  expect(readdirSync(path)).toEqual([]);
});
