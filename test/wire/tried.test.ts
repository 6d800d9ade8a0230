// What earlier cycles tried, written to an archive and handed to a proposer of a later one.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { withChanges } from "../../src/proposal/edit-spec.js";
import { DEFAULT_SPEC } from "../../src/spec.js";
import { Archive } from "../../src/store/archive.js";
import { rejectedBefore, specsOf, triedBefore } from "../../src/wire/tried.js";
import { attempt } from "../support/evidence.js";

const OBJECTIVE = { name: "bits per byte", direction: "lower", selfReported: false } as const;
const CHANGED = withChanges(DEFAULT_SPEC, [{ path: "training.batch", value: 2 }]);

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "axon-tried-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("a cycle is handed what was tried before it began, the same after reopening, and only for its own objective", async () => {
  const start = (cycle: string) => ({ kind: "start", start: { cycle, split: "s", sketch: [1] } }) as const;
  const entry = (id: string, objective = OBJECTIVE as { readonly name: string }) => {
    const tried = { spec: CHANGED, parent: DEFAULT_SPEC, attempt: attempt({ id }) };
    const specs = specsOf(tried, { ...OBJECTIVE, ...objective });
    return { kind: "attempt", cycle: "one", attempt: tried.attempt, ...specs } as const;
  };
  const archive = await Archive.open(directory);
  await archive.append(start("one"));
  await archive.append(entry("1-first"));
  await archive.append(entry("2-other", { name: "seconds" }));
  await archive.append({
    kind: "attempt",
    cycle: "one",
    attempt: attempt({ id: "3-code" }),
    ...specsOf(null, OBJECTIVE),
  });
  await archive.append(start("two"));
  await archive.append(entry("4-later"));
  await archive.append(start("two")); // resumed
  await archive.close();

  const reopened = await Archive.open(directory);
  const [one, two, never] = ["one", "two", "three"].map((cycle) => triedBefore(reopened, cycle, OBJECTIVE));
  await reopened.close();
  expect(one).toEqual([]);
  expect(never).toEqual([]);
  expect(two).toEqual([{ spec: CHANGED, parent: DEFAULT_SPEC, attempt: attempt({ id: "1-first" }), earlier: true }]);
});

test("a cycle is handed what others before it tried last and found clearly worse, the same after reopening", async () => {
  const start = (cycle: string) => ({ kind: "start", start: { cycle, split: "s", sketch: [] } }) as const;
  const entry = (cycle: string, step: string, over: Parameters<typeof attempt>[0]) =>
    ({ kind: "attempt", cycle, step, attempt: attempt({ id: `${cycle}-${step}`, ...over }) }) as const;
  const worse = { decision: "rejected", reason: "worse", effect: 0.03, pValue: 0.97 } as const;
  const archive = await Archive.open(directory);
  await archive.append(start("one"));
  for (const step of ["worse", "worse-then-kept"]) await archive.append(entry("one", step, worse));
  await archive.append(entry("one", "hardly", { ...worse, effect: 0.002, pValue: 0.6 }));
  const failed = { ...worse, effect: null, pValue: null };
  await archive.append(entry("one", "broken", { ...failed, failure: "command-exit" }));
  await archive.append(entry("one", "given-up", { ...failed, failure: "hopeless" }));
  await archive.append(entry("one", "idle", { ...worse, effect: 0, pValue: null }));
  await archive.append(entry("one", "deferred", { decision: "deferred" }));
  await archive.append(start("two"));
  await archive.append(entry("two", "worse-then-kept", { decision: "kept" }));
  await archive.append(start("three"));
  await archive.append(entry("two", "later", worse));
  await archive.append(start("two")); // resumed
  await archive.close();

  const reopened = await Archive.open(directory);
  const [one, two, three] = ["one", "two", "three"].map((cycle) => rejectedBefore(reopened, cycle));
  await reopened.close();
  expect([...one.keys()]).toEqual([]);
  expect([...two.keys()]).toEqual(["worse", "worse-then-kept", "given-up", "idle"]);
  expect([...three.keys()]).toEqual(["worse", "given-up", "idle"]);
  expect(three.get("worse")).toEqual({ cycle: "one", attempt: "one-worse", reason: "worse" });
});

test("a spec that this version does not understand is left out", async () => {
  const archive = await Archive.open(directory);
  const specs = { objective: OBJECTIVE.name, spec: { architecture: { flux: 3 } }, parent: DEFAULT_SPEC };
  await archive.append({ kind: "attempt", cycle: "one", attempt: attempt(), specs });
  await archive.append({ kind: "start", start: { cycle: "two", split: "s", sketch: [1] } });
  expect(triedBefore(archive, "two", OBJECTIVE)).toEqual([]);
  await archive.close();
});
