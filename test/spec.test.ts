import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import { DEFAULT_SPEC, fingerprint, parseSpec, type Spec } from "../src/spec.js";

interface Refusal {
  readonly code: string;
  readonly at: string;
  readonly message: string;
}

/** How a text is refused: place as "line:column", message without it. */
function refusal(text: string): Refusal {
  try {
    parseSpec(text, "model/spec.yml");
  } catch (error) {
    const { code, message, place } = error as { code: string; message: string; place: Record<string, unknown> };
    expect(error).toMatchObject({ name: "InputError", place: { file: "model/spec.yml" } });
    const at = `${String(place["line"])}:${String(place["column"])}`;
    expect(message.startsWith(`model/spec.yml:${at}: `)).toBe(true);
    return { code, at, message: message.slice(`model/spec.yml:${at}: `.length) };
  }
  throw new Error("it was accepted");
}

describe("defaults", () => {
  test.each([
    "",
    "\n\n",
    "# only a comment\n",
    "null",
    "{}",
    "architecture: {}\noptimizer: {}\ntraining: {}\ndata: {}",
  ])("stand for all that %j leaves out", (text) => expect(parseSpec(text)).toEqual(DEFAULT_SPEC));

  test("are where model/spec.yml began; what AXON has made of it since is still a spec of these keys", () => {
    const spec = parseSpec(readFileSync("model/spec.yml", "utf8"));
    expect(Object.keys(spec.architecture)).toEqual(Object.keys(DEFAULT_SPEC.architecture));
  });

  test("stand beside what is given, level by level", () => {
    const spec = parseSpec("architecture: {layers: 2, feedForward: {ratio: 2}}");
    const { architecture } = DEFAULT_SPEC;
    const feedForward = { ...architecture.feedForward, ratio: 2 };
    expect(spec).toEqual({ ...DEFAULT_SPEC, architecture: { ...architecture, layers: 2, feedForward } });
  });

  test("written out in full give themselves back", () => {
    expect(parseSpec(stringify(DEFAULT_SPEC))).toEqual(DEFAULT_SPEC);
    expect(parseSpec(JSON.stringify(DEFAULT_SPEC))).toEqual(DEFAULT_SPEC);
  });
});

test("the demo's spec is read, and is another than the default", () => {
  const spec = parseSpec(readFileSync("examples/demo/model/spec.yml", "utf8"));
  expect(fingerprint(spec)).not.toBe(fingerprint(DEFAULT_SPEC));
});

describe("an unknown key is refused where it stands", () => {
  test.each([
    ["optimizer:\n  learningrate: 0.1", "2:3", 'unknown key "optimizer.learningrate"; did you mean "learningRate"?'],
    ["architecture:\n  width: 64\n  layer: 2", "3:3", 'unknown key "architecture.layer"; did you mean "layers"?'],
    ["optimiser: {}", "1:1", 'unknown key "optimiser"; did you mean "optimizer"?'],
    ["# c\r\narchitecture:\r\n  Width: 64\r\n", "3:3", 'unknown key "architecture.Width"; did you mean "width"?'],
    [
      "architecture: {feedForward: {ration: 2}}",
      "1:30",
      'unknown key "architecture.feedForward.ration"; did you mean "ratio"?',
    ],
    ["vocabulary: 256", "1:1", 'unknown key "vocabulary"'],
    ["__proto__: {architecture: {width: 64}}", "1:1", 'unknown key "__proto__"'],
    ["architecture:\n  <<: {width: 64}", "2:3", 'unknown key "architecture.<<"'],
    ["1: 2", "1:1", 'unknown key "1"'],
  ])("%j", (text, at, message) => {
    expect(refusal(text)).toEqual({ code: "spec-invalid", at, message });
  });
});

describe("a value that does not fit is refused where it stands", () => {
  test.each([
    ["architecture:\n  width: wide", "2:10", /^architecture\.width: .*number.*string/],
    ['architecture: {width: "128"}', "1:23", /^architecture\.width: .*number.*string/],
    ["architecture: {layers: 1.5}", "1:24", /^architecture\.layers: .*int/],
    ["architecture: {layers: 65}", "1:24", /^architecture\.layers: .*<=64/],
    ["architecture: {layers: 0}", "1:24", /^architecture\.layers: .*>=1/],
    ["architecture:\n  tieEmbeddings: yes", "2:18", /^architecture\.tieEmbeddings: .*boolean/],
    ["architecture:\n  position: absolute", "2:13", /^architecture\.position: .*"learned"\|"rotary"/],
    ["architecture: {heads: 4, keyValueHeads: 3}", "1:41", /^architecture\.keyValueHeads: heads 4 .* keyValueHeads 3/],
    ["architecture: {width: 12, position: rotary}", "1:37", /^architecture\.position: .*width 12 ÷ heads 4 is odd/],
    ["training: {dropout: 1}", "1:21", /^training\.dropout: .*<=0\.95/],
    ["architecture:\n", "1:14", /^architecture: .*null/],
    ["optimizer:\n  schedule: linear", "2:13", /^optimizer\.schedule: .*"constant"\|"cosine"\|"warmup-stable-decay"/],
    ["optimizer: {learningRate: 0}", "1:27", /^optimizer\.learningRate: .*>=/],
    ["optimizer: {learningRate: .nan}", "1:27", /^optimizer\.learningRate: .*NaN/],
    ["optimizer: {learningRate: .inf}", "1:27", /^optimizer\.learningRate: /],
    ["optimizer: {beta2: 1}", "1:20", /^optimizer\.beta2: .*<=0\.99999/],
    ["training:\n  batch: -1", "2:10", /^training\.batch: .*>=1/],
    ["data:\n  include: notes", "2:12", /^data\.include: .*array/],
    ["data:\n  include:\n    - '*.md'\n    - 3", "4:7", /^data\.include\.1: .*string/],
    ["data: {exclude: ['']}", "1:18", /^data\.exclude\.0: /],
  ])("%j", (text, at, message) => {
    expect(refusal(text)).toEqual({ code: "spec-invalid", at, message: expect.stringMatching(message) });
  });

  test.each([
    ["- architecture", "array"],
    ["architecture", "string"],
    ["3", "number"],
    ["false", "boolean"],
    ['""', "string"],
  ])("a document that is no map: %j", (text, kind) => {
    const message = `Invalid input: expected object, received ${kind}`;
    expect(refusal(text)).toEqual({ code: "spec-invalid", at: "1:1", message });
  });
});

describe("a width that the heads do not divide is refused", () => {
  const message = (width: number, heads: number) =>
    `architecture.width: width ${width} is not divisible by heads ${heads}: each head takes width ÷ heads columns`;

  test.each([
    ["at the width, when both are given", "architecture:\n  heads: 3\n  width: 100", "3:10", message(100, 3)],
    [
      "at the width, when the heads are the default",
      "training: {}\narchitecture:\n  width: 130",
      "3:10",
      message(130, 4),
    ],
    [
      "at the section, when the width is the default",
      "training: {}\narchitecture:\n  heads: 3",
      "3:3",
      message(128, 3),
    ],
  ])("%s", (_, text, at, expected) => {
    expect(refusal(text)).toEqual({ code: "spec-invalid", at, message: expected });
  });
});

describe("what YAML allows and a spec does not is refused", () => {
  const bomb = [
    "a: &a [x, x]",
    ..."bcdefghij".split("").map((name, i) => `${name}: &${name} [*${"abcdefghi"[i]}, *${"abcdefghi"[i]}]`),
  ];

  test.each([
    ["aliases", "architecture: &a {width: 64}\ntraining: *a", "2:11", /no aliases/],
    ["aliases in merge keys", "training: &a {batch: 1}\ndata:\n  <<: *a", "3:7", /no aliases/],
    ["aliases of nothing", "architecture: *nobody", "1:15", /no aliases/],
    ["aliases that stand for 1024 others", bomb.join("\n"), "2:8", /no aliases/],
    ["the same key twice", "training: {batch: 1}\narchitecture: {}\ntraining: {batch: 2}", "3:1", /unique/],
    ["the same key twice in a section", "training:\n  batch: 1\n  batch: 2", "3:3", /unique/],
    ["keys that are lists", "? [architecture]\n: {}", "1:3", /keys must be strings/],
    ["a second document", "training: {batch: 1}\n---\ntraining: {batch: 2}", "2:1", /multiple documents/],
    ["a set, whose keys nobody would check", "!!set {architecture, widht}", "1:1", /tag/],
    ["a set by an older standard", "%YAML 1.1\n---\n!!set {widht}", "3:1", /tag/],
    ["an ordered map", "!!omap [widht: 3]", "1:1", /tag/],
    ["tags of its own", "architecture: !fast {width: 64}", "1:15", /tag/],
    ["tabs as indentation", "architecture:\n\twidth: 64", "2:1", /[Tt]ab/],
    ["a list that does not end", "architecture:\n  width: [1", "2:12", /./],
    ["nesting without end", `data: ${"[".repeat(30_000)}`, null, /./],
    ["a text beyond all measure", `# ${"x".repeat(5_000_000)}`, "1:1", /5000002 characters are too many/],
  ])("%s", (_, text, at, message) => {
    const found = refusal(text);
    expect(found).toMatchObject({ code: "spec-syntax", message: expect.stringMatching(message) });
    if (at !== null) expect(found.at).toBe(at);
  });

  test("in less than a second, however many keys there are", () => {
    const text = Array.from({ length: 200_000 }, (_, i) => `k${i}: 1\n`).join("");
    const started = performance.now();
    expect(refusal(text).code).toBe("spec-syntax");
    refusal(text.slice(0, 32_000));
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test("older words for true stay words", () => {
    expect(refusal("%YAML 1.1\n---\narchitecture:\n  tieEmbeddings: on").message).toMatch(/boolean/);
  });
});

describe("the fingerprint", () => {
  const of = (text: string) => fingerprint(parseSpec(text));

  test.each([
    ["comments", "# c\ntraining: {batch: 4} # d", "training: {batch: 4}"],
    [
      "order",
      "training: {batch: 4}\noptimizer: {beta1: 0.8, beta2: 0.9}",
      "optimizer: {beta2: 0.9, beta1: 0.8}\ntraining: {batch: 4}",
    ],
    ["defaults written out", stringify(DEFAULT_SPEC), ""],
    ["how a number is written", "optimizer: {learningRate: 1e-3}", "optimizer: {learningRate: 0.0010}"],
    ["the decay that cosine ignores", "optimizer: {decay: 0.5}", ""],
    [
      "the end that warmup-stable-decay ignores",
      "optimizer: {schedule: warmup-stable-decay, finalLearningRate: 0.5}",
      "optimizer: {schedule: warmup-stable-decay}",
    ],
    [
      "decay and end, which a constant rate ignores",
      "optimizer: {schedule: constant, decay: 0.5, finalLearningRate: 0.5}",
      "optimizer: {schedule: constant}",
    ],
  ])("does not see %s", (_, one, same) => {
    expect(of(one)).toBe(of(same));
  });

  /** Every setting below `value`, as a copy of the whole with that one changed. */
  function changes(value: unknown, put: (changed: unknown) => unknown): unknown[] {
    if (typeof value === "number") return [put(value + 1)];
    if (typeof value === "string") return [put(`${value}?`)];
    if (typeof value === "boolean") return [put(!value)];
    if (Array.isArray(value)) return [put([...(value as unknown[]), "more"])];
    const record = value as Record<string, unknown>;
    return Object.keys(record).flatMap((key) => changes(record[key], (changed) => put({ ...record, [key]: changed })));
  }

  test.each([
    ["constant", 2],
    ["cosine", 1],
    ["warmup-stable-decay", 1],
  ])("sees every other change under a %s schedule", (schedule, ignored) => {
    const base = parseSpec(`optimizer: {schedule: ${schedule}}`);
    const all = [base, ...changes(base, (changed) => changed)].filter(
      (spec) => (spec as Spec).optimizer.schedule === schedule,
    ) as Spec[];
    expect(new Set(all.map(fingerprint)).size).toBe(all.length - ignored);
    expect(all.length).toBeGreaterThan(20);
  });

  test("sees the schedule itself", () => {
    const schedules = ["constant", "cosine", "warmup-stable-decay"];
    expect(new Set(schedules.map((schedule) => of(`optimizer: {schedule: ${schedule}}`))).size).toBe(3);
  });
});
