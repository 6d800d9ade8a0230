// What the archive keeps of language models, and what a cycle sees of those before it.

import { expect, test } from "@jest/globals";
import { Archive } from "../../src/store/archive.js";
import { attempt, finishedCycle } from "../support/evidence.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();

test("a cycle that goes on sees the cycles that had ended when it began, whatever ended since", async () => {
  const directory = temporary();
  const first = await Archive.open(directory);
  await first.append({ kind: "cycle", result: finishedCycle({ id: "before" }) });
  expect((await first.cyclesBefore("mine")).map(({ id }) => id)).toEqual(["before"]); // it has left no trace
  await first.append({ kind: "attempt", cycle: "mine", attempt: attempt() });
  await first.append({ kind: "cycle", result: finishedCycle({ id: "meanwhile" }) });
  await first.close();
  const second = await Archive.open(directory);
  expect((await second.cyclesBefore("mine")).map(({ id }) => id)).toEqual(["before"]);
  expect((await second.cyclesBefore("later")).map(({ id }) => id)).toEqual(["before", "meanwhile"]);
  await second.close();
});

test("an answer leaves the first trace too, and is kept as it was first written", async () => {
  const directory = temporary();
  const archive = await Archive.open(directory);
  const cost = { inputTokens: 1, outputTokens: 2, dollars: null, seconds: 3 };
  const answer = { key: "k", cycle: "mine", model: "m", text: "first", failure: null, ...cost };
  await archive.append({ kind: "answer", answer });
  await archive.append({ kind: "answer", answer: { ...answer, text: "second" } });
  await archive.append({ kind: "cycle", result: finishedCycle({ id: "meanwhile" }) });
  await archive.close();
  const again = await Archive.open(directory);
  expect(await again.answer("k")).toEqual(answer);
  expect(await again.answer("another")).toBeUndefined();
  expect(await again.cyclesBefore("mine")).toEqual([]);
  await again.close();
});
