// The patch engine beside what is published: cases by kind from this project's own history, the same for all, each tried on real files.
// What must be applied has one right answer; what must be refused has none; the rest may be mended or refused, but never wrongly.

import { parseArgs } from "node:util";
import { generator } from "../dist/random.js";
import { median, say } from "./common.mjs";
import { APPLIERS } from "./patches-appliers.mjs";
import { mayApply, mustApply, mustRefuse } from "./patches-corpus.mjs";
import { openField, tried } from "./patches-field.mjs";
import { history } from "./patches-history.mjs";
import { largeFile, mutations } from "./patches-robustness.mjs";

/** Options: --count 60 cases of a kind  --commits 100  --mutations 10000 */
export async function run(options) {
  const { values } = parseArgs({
    args: options,
    options: {
      count: { type: "string", default: "60" },
      commits: { type: "string", default: "100" },
      mutations: { type: "string", default: "10000" },
    },
  });
  const count = Number(values.count);
  const sources = history(Number(values.commits));
  if (sources.length < 100) throw new Error("the history is too short for a corpus: is this a shallow clone?");
  say(`${sources.length} changes of files from ${values.commits} commits`);
  const sets = {
    "must be applied": compare("must be applied", mustApply(sources, count, dice)),
    "must be refused": compare("must be refused", mustRefuse(sources, count, dice)),
    "may be either": compare("may be either", mayApply(sources, count, dice)),
  };
  return {
    sources: sources.length,
    sets,
    mutations: mutations(sources, Number(values.mutations), dice),
    large: largeFile(),
  };
}

function dice(name) {
  const random = generator("patches", name);
  let i = 0;
  return (n) => Math.floor(random.uniform(i++) * n);
}

function compare(title, cases) {
  const names = Object.keys(APPLIERS);
  const good = title === "must be refused" ? "refused" : "right";
  say(`\n${title}: ${good} / wrong`);
  say(`${"kind".padEnd(50)}${"cases".padStart(6)}${names.map((name) => name.padStart(20)).join("")}`);
  const kinds = {};
  const times = Object.fromEntries(names.map((name) => [name, []]));
  const field = openField();
  for (const kind of new Set(cases.map((one) => one.kind))) {
    const own = cases.filter((one) => one.kind === kind);
    kinds[kind] = { cases: own.length, ...judged(field, own, times) };
    say(tableRow(kind, kinds[kind], good));
  }
  field.close();
  const all = total(kinds);
  say(tableRow("all", all, good));
  const latency = Object.fromEntries(
    names.map((name) => [name, { median: median(times[name]), p99: quantile(times[name], 0.99) }]),
  );
  say(
    `${"milliseconds, median / 99 %".padEnd(56)}${names.map((name) => `${latency[name].median.toFixed(2)} / ${latency[name].p99.toFixed(1)}`.padStart(20)).join("")}`,
  );
  return { all, kinds, latency };
}

function judged(field, cases, times) {
  const results = {};
  for (const [name, apply] of Object.entries(APPLIERS)) {
    const counts = { right: 0, wrong: 0, refused: 0 };
    for (const one of cases) {
      const { verdict, milliseconds } = tried(field, apply, one);
      counts[verdict]++;
      times[name].push(milliseconds);
    }
    results[name] = counts;
  }
  return results;
}

function total(kinds) {
  const rows = Object.values(kinds);
  const sum = (pick) => rows.reduce((all, row) => all + pick(row), 0);
  const counts = (name) => ({
    right: sum((row) => row[name].right),
    wrong: sum((row) => row[name].wrong),
    refused: sum((row) => row[name].refused),
  });
  return {
    cases: sum((row) => row.cases),
    ...Object.fromEntries(Object.keys(APPLIERS).map((name) => [name, counts(name)])),
  };
}

function tableRow(kind, { cases, ...results }, good) {
  const cells = Object.values(results).map((counts) => `${counts[good]} / ${counts.wrong}`.padStart(20));
  return `${kind.padEnd(50)}${String(cases).padStart(6)}${cells.join("")}`;
}

function quantile(values, share) {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
}
