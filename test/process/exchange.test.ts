import { describe, expect, test } from "@jest/globals";
import { Exchange, giveUp, shareMemory } from "../../src/process/exchange.js";

describe("two replicas", () => {
  const starts = [0, 3, 5];
  const both = () => {
    const shared = shareMemory(2, starts);
    return { shared, first: new Exchange(shared, 0), second: new Exchange(shared, 1) };
  };

  test("send gradients to whom they belong, and see each other's new parameters", () => {
    const { first, second } = both();
    first.send(0, Float32Array.of(1, 2, 3)); // its own
    first.send(3, Float32Array.of(4, 5));
    second.send(0, Float32Array.of(6, 7, 8));
    expect(first.received().map((part) => [...part])).toEqual([[6, 7, 8]]);
    expect(second.received().map((part) => [...part])).toEqual([[4, 5]]);
    first.show(Float32Array.of(10, 11, 12));
    const parameters = Float32Array.of(0, 0, 0, 13, 14);
    second.look(parameters);
    expect([...parameters]).toEqual([10, 11, 12, 13, 14]);
  });

  test("add up what they publish", () => {
    const { first, second } = both();
    first.publish(0.5);
    second.publish(2);
    expect([first.sum(), second.sum()]).toEqual([2.5, 2.5]);
  });

  test("do not wait for one that will not come", () => {
    const { shared, first } = both();
    giveUp(shared);
    expect(() => first.barrier()).toThrow("another replica failed");
  });
});
