import { describe, expect, test } from "@jest/globals";
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LiveReader } from "../../src/live/live-reader.js";
import { advance, type LiveCycle, type LiveEvent } from "../../src/live/live-state.js";
import { LiveWriter } from "../../src/live/live-writer.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();

const began = (cycle: string): LiveEvent => ({
  kind: "began",
  at: 1,
  cycle,
  objective: { name: "bits per byte", direction: "lower" },
  budget: 40,
});
const asked = (training: number): LiveEvent => {
  return { kind: "asked", at: 2, training, version: "baseline", seed: 7, title: "" };
};
const loss = (training: number, step: number, steps = 100): LiveEvent => {
  return { kind: "loss", at: 3, training, step, steps, loss: 5 - step / steps, speed: 1000, left: 1 };
};
const measured = (training: number, score: number | null): LiveEvent => {
  return { kind: "measured", at: 4, training, score, reason: score === null ? "diverged" : null, seconds: 2 };
};

function follow(...events: readonly LiveEvent[]): LiveCycle {
  return events.reduce<LiveCycle | null>(advance, null)!;
}

function opened(): { readonly directory: string; readonly writer: LiveWriter; readonly reader: LiveReader } {
  const directory = temporary();
  const writer = new LiveWriter(directory, (text) => {
    throw new Error(text);
  });
  return { directory, writer, reader: new LiveReader(directory) };
}

describe("the state of a live cycle", () => {
  test("grows with the events, and a training without a curve leaves when it has ended", () => {
    const state = follow(began("a"), asked(1), asked(2), loss(1, 50), measured(1, 3.5), measured(2, null));
    expect(state).toMatchObject({ finished: 2, seconds: 4, trainings: [{ training: 1, points: [[0.5, 4.5]] }] });
    expect(state.trainings[0].outcome).toEqual({ score: 3.5, reason: null });
    expect(advance(state, began("b"))).toMatchObject({ cycle: "b", trainings: [], finished: 0 });
  });

  test("is bounded whatever comes: curves are thinned and keep their ends, what ended long ago leaves", () => {
    const steps = Array.from({ length: 5000 }, (_, i) => loss(1, i + 1, 5000));
    const [training] = follow(began("a"), asked(1), ...steps).trainings;
    expect(training.points.length).toBeLessThanOrEqual(400);
    expect(training.points.at(-1)).toEqual([1, 4]);
    expect(training.points[0][0]).toBeLessThan(0.01);
    const many = Array.from({ length: 50 }, (_, i) => [asked(i), loss(i, 1), measured(i, 3)]).flat();
    expect(follow(began("a"), ...many).trainings.map((one) => one.training)).toEqual([46, 47, 48, 49]);
  });
});

describe("live.jsonl", () => {
  test("tells a reader in another process what happens, line by line, and that it has ended", async () => {
    const { writer, reader } = opened();
    expect(await reader.poll(0)).toEqual([]);
    writer.write(began("a"));
    expect(await reader.poll(Date.now())).toBeNull(); // another cycle: look at all of it
    writer.write(asked(1));
    writer.write(loss(1, 10));
    expect(await reader.poll(Date.now())).toEqual([asked(1), loss(1, 10)]);
    expect(reader.view).toMatchObject({ alive: true, cycle: { cycle: "a", trainings: [{ step: 10 }] } });
    writer.write({ kind: "ended", at: 5, verdict: "accepted" });
    writer.close();
    expect(await reader.poll(Date.now())).toBeNull();
    expect(reader.view).toMatchObject({ alive: false, cycle: { ended: { verdict: "accepted" } } });
  });

  test("is read up to its last whole line, and lines that are no events are passed over", async () => {
    const { directory, writer, reader } = opened();
    writer.write(began("a"));
    const file = join(directory, "live.jsonl");
    appendFileSync(
      file,
      `nonsense\n{"kind":"loss","training":"<b>"}\n${JSON.stringify(asked(1))}\n{"kind":"asked","at":`,
    );
    await reader.poll(Date.now());
    expect(reader.view.cycle?.trainings).toHaveLength(1);
    appendFileSync(file, `2,"training":2,"version":"ü","seed":1,"title":""}\n`);
    expect(await reader.poll(Date.now())).toMatchObject([{ training: 2, version: "ü" }]);
    writer.close();
  });

  test("begins anew when it grows too large, and who reads it from the start still sees the whole curve", async () => {
    const { directory, writer, reader } = opened();
    writer.write(began("a"));
    writer.write(asked(1));
    for (let step = 1; step <= 11_000; step++) writer.write(loss(1, step, 11_000));
    expect(statSync(join(directory, "live.jsonl")).size).toBeLessThan(2 ** 20);
    await reader.poll(Date.now());
    const [{ points, step }] = reader.view.cycle!.trainings;
    expect([step, points.length > 200, points[0][0] < 0.1]).toEqual([11_000, true, true]);
    writer.close();
  });

  test("of a process that died is dead after a while", async () => {
    const { directory, writer, reader } = opened();
    writer.write(began("a"));
    writer.close();
    utimesSync(join(directory, "live.jsonl"), new Date(1000), new Date(1000));
    await reader.poll(10_000);
    expect(reader.view.alive).toBe(true);
    expect(await reader.poll(30_000)).toBeNull();
    expect(reader.view.alive).toBe(false);
  });

  test("that cannot be written is said once and holds nothing up", () => {
    const directory = temporary();
    mkdirSync(join(directory, "live.jsonl")); // a directory cannot be replaced by a file
    writeFileSync(join(directory, "live.jsonl", "x"), "");
    const heard: string[] = [];
    const writer = new LiveWriter(directory, (text) => heard.push(text));
    for (const event of [began("a"), asked(1), began("b")]) writer.write(event);
    writer.close();
    expect(heard).toEqual([expect.stringContaining("the dashboard hears no more of this cycle")]);
    rmSync(join(directory, "live.jsonl"), { recursive: true });
    expect(() => readFileSync(join(directory, "live.jsonl"))).toThrow("ENOENT");
  });
});
