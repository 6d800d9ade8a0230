import { describe, expect, test } from "@jest/globals";
import { cycleReport, sentence, signed } from "../../src/report/table.js";
import { attempt, decision, finishedCycle } from "../support/evidence.js";

const worse = attempt({
  id: "2-9be04d77",
  hypothesis: "warm-up over 20 % of the steps, because the first losses jump about more than they should at this rate",
  decision: "rejected",
  reason: "worse than its parent on the same seed",
  differences: [0.00035],
  effect: 0.00035,
  pValue: 0.62,
});

const nothing = finishedCycle({
  attempts: [
    worse,
    attempt({
      id: "3-00000000",
      decision: "rejected",
      reason: "no-op: it trains exactly the same model",
      differences: [],
      effect: null,
      pValue: null,
    }),
  ],
});

const accepted = finishedCycle({
  attempts: [attempt(), worse],
  champion: "1-5f0c2a11",
  decision: decision({
    verdict: "accepted",
    reason: "better by 0.0402 on average of 4 fresh pairs (p = 0.0007, 0.003 needed)",
    effect: -0.0402,
    interval: [-0.05012, -0.03028],
    pValue: 0.0007,
    pairs: 4,
  }),
  cost: { trainings: 14, seconds: 28 },
  branch: "axon/0123456789ab",
  receipt: "receipts/0123456789ab.json",
});

const indecisive = finishedCycle({
  attempts: [attempt({ differences: [-0.001], effect: -0.001, pValue: 0.06 })],
  decision: decision({
    verdict: "indecisive",
    reason: "better by 0.0006 on average of 8 fresh pairs (p = 0.08, 0.004 needed); 12 more pairs would find it",
    effect: -0.0006,
    interval: [-0.0019, 0.0007],
    pValue: 0.08,
    pairs: 8,
  }),
  cost: { trainings: 20, seconds: 40 },
});

describe("the report of a cycle", () => {
  test("that accepted a change names the evidence, the branch and what to do next", () => {
    expect(cycleReport(accepted, ["Merge it:", "  git merge axon/0123456789ab"])).toMatchInlineSnapshot(`
      "            change                                                        bits per byte  better?
      baseline    1,234,567 parameters                                          2.9876
      1-5f0c2a11  learning rate 0.003 instead of 0.002                          −0.0404        98.7 %   kept      better than its parent on the same seed
      2-9be04d77  warm-up over 20 % of the steps, because the first losses ju…  +0.0003        38.0 %   rejected  worse than its parent on the same seed

      verdict: accepted. better by 0.0402 on average of 4 fresh pairs (p = 0.0007, 0.003 needed); interval −0.0501 to −0.0303
      branch:  axon/0123456789ab
      spent:   14 trainings

      Merge it:
        git merge axon/0123456789ab
      "
    `);
  });

  test("that found nothing says why each attempt failed, those without a training too", () => {
    expect(cycleReport(nothing, ["Nothing was changed."])).toMatchInlineSnapshot(`
      "            change                                                        bits per byte  better?
      baseline    1,234,567 parameters                                          2.9876
      2-9be04d77  warm-up over 20 % of the steps, because the first losses ju…  +0.0003        38.0 %   rejected  worse than its parent on the same seed
      3-00000000  learning rate 0.003 instead of 0.002                                                  rejected  no-op: it trains exactly the same model

      verdict: rejected. no proposal was better than the baseline
      spent:   9 trainings

      Nothing was changed.
      "
    `);
  });

  test("that could not tell says how far it got", () => {
    expect(cycleReport(indecisive, [])).toMatchInlineSnapshot(`
      "            change                                bits per byte  better?
      baseline    1,234,567 parameters                  2.9876
      1-5f0c2a11  learning rate 0.003 instead of 0.002  −0.0010        94.0 %   kept  better than its parent on the same seed

      verdict: indecisive. better by 0.0006 on average of 8 fresh pairs (p = 0.08, 0.004 needed); 12 more pairs would find it; interval −0.0019 to +0.0007
      spent:   20 trainings

      "
    `);
  });

  test("has one row per attempt and no control characters, whatever a model wrote", () => {
    const hostile = attempt({
      hypothesis: "bigger\u001B[2J\rbatch\nand more",
      reason: "line 3\nline 4\tdoes not\u009Bfit",
    });
    const rows = cycleReport({ ...nothing, attempts: [hostile] }, []).split("\n");
    expect(rows[2]).toContain("bigger[U+001B][2J batch ");
    expect(rows[2]).toMatch(/line 3 line 4 does not\[U\+009B\]fit$/);
    expect(rows[2]).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(rows[3]).toBe("");
  });
});

test("numbers are signed, so that better stands out", () => {
  expect([-0.04215, 0.5, 0].map(signed)).toEqual(["−0.0421", "+0.5000", "+0.0000"]);
});

test("a decision without a measurement is its reason alone", () => {
  expect(sentence(nothing.decision)).toBe(nothing.decision.reason);
  expect(sentence(indecisive.decision)).toBe(`${indecisive.decision.reason}; interval −0.0019 to +0.0007`);
});
