import { describe, expect, test } from "@jest/globals";
import { generator } from "../../src/random.js";
import { givenUp } from "../../src/statistics/catch-up.js";

const PARTS = 32;
const curve = (loss: (share: number) => number, parts = PARTS) =>
  Array.from({ length: parts }, (_, i) => loss((i + 1) / PARTS));
const learning = (share: number) => 2 + 2 * Math.exp(-4 * share);

describe("a training is given up", () => {
  const reference = curve(learning);

  test("when at half of its time it is no further than its parent was at a quarter", () => {
    const slow = curve((share) => learning(share / 2.5));
    expect(givenUp(slow.slice(0, 15), reference)).toBeUndefined();
    expect(givenUp(slow.slice(0, 16), reference)).toMatch(/^given up after 50 % of its training/);
  });

  test("later, when it falls back later", () => {
    const late = curve((share) => (share < 0.6 ? learning(share) : 4));
    expect(givenUp(late, reference)).toMatch(/^given up after (8[4-9]|9\d) %/);
  });

  test("but never while it could catch up, nor when it is ahead, nor at its very end", () => {
    for (const loss of [learning, (share: number) => learning(share * 0.7), (share: number) => learning(share) - 0.1]) {
      expect(givenUp(curve(loss), reference)).toBeUndefined();
    }
    const lastOnly = curve((share) => (share < 1 ? learning(share) : 9));
    expect(givenUp(lastOnly, reference)).toBeUndefined();
  });

  test("and says of a part the same whatever comes after it", () => {
    const slow = curve((share) => learning(share / 3));
    const reason = givenUp(slow, reference);
    for (let done = 16; done <= PARTS; done++) expect(givenUp(slow.slice(0, done), reference)).toBe(reason);
  });

  test("hardly ever by the noise of single parts, though the loss is flat", () => {
    let wrong = 0;
    for (let run = 0; run < 500; run++) {
      const noise = generator("flat", run);
      const one = curve(() => 2).map((loss, i) => loss + 0.05 * noise.normal(i));
      const other = curve(() => 2).map((loss, i) => loss + 0.05 * noise.normal(1000 + i));
      if (givenUp(one, other) !== undefined) wrong++;
    }
    expect(wrong).toBeLessThan(0.05 * 500); // unpaired and with nothing left to learn: the worst there is
  });
});
