import { describe, expect, test } from "@jest/globals";
import { Lanes } from "../../src/process/lanes.js";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("lanes", () => {
  test.each([1, 2, 3])("run at most %i tasks at a time, in the order they came", async (count) => {
    const lanes = new Lanes(count);
    const started: number[] = [];
    let [running, most] = [0, 0];
    const task = (i: number) => async () => {
      started.push(i);
      most = Math.max(most, ++running);
      for (let turns = 0; turns < 1 + ((i * 7) % 5); turns++) await turn();
      running--;
      return i * i;
    };
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => lanes.run(task(i))));
    expect(results).toEqual(Array.from({ length: 20 }, (_, i) => i * i));
    expect(started).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(most).toBe(count);
  });

  test("start as many as fit without waiting for anybody", async () => {
    const lanes = new Lanes(2);
    const started: string[] = [];
    const forever = (name: string) => void lanes.run(() => new Promise<void>(() => void started.push(name)));
    ["a", "b", "c"].forEach(forever);
    await turn();
    expect(started).toEqual(["a", "b"]);
  });

  test("are free again after tasks that fail, at once or later", async () => {
    const lanes = new Lanes(1);
    const fails = [
      lanes.run(async () => {
        await turn();
        throw new Error("later");
      }),
      lanes.run(() => {
        throw new Error("at once");
      }),
    ];
    const next = lanes.run(async () => "next");
    expect(await Promise.allSettled(fails)).toMatchObject([
      { reason: { message: "later" } },
      { reason: { message: "at once" } },
    ]);
    expect(await next).toBe("next");
  });
});
