// Five small changes whose right result is known, to see whether a model can write diffs that apply. Data only.

export interface TrialTask {
  readonly name: string;
  /** What is asked for, as a wish of whoever asks. */
  readonly wish: string;
  readonly files: Readonly<Record<string, string>>;
  /** Those files afterwards that are not as before. */
  readonly right: Readonly<Record<string, string>>;
}

const SPEC = `# A small model
architecture:
  context: 64
  width: 64
  layers: 2
  heads: 4
optimizer:
  learningRate: 0.001 # per step
  schedule: cosine
  warmup: 0.05
  weightDecay: 0.1
training:
  batch: 8
`;

const TWINS = `def encode(text):
    total = 0
    for byte in text:
        total = total * 31 + byte
    return total % 65536


def checksum(text):
    total = 0
    for byte in text:
        total = total * 31 + byte
    return total % 65536


def describe(text):
    return f"{encode(text)} {checksum(text)}"
`;

const SETTINGS = `export const SETTINGS = {
  retries: 3,
  timeout: 1000,
};

export function isSlow(milliseconds) {
  return milliseconds > SETTINGS.timeout;
}

export function label(name) {
  return \`[\${name}]\`;
}

export function mayRetry(failures) {
  return failures < SETTINGS.retries;
}

export function wait(failures) {
  return 100 * 2 ** failures;
}
`;

const COUNTER = `import { readFileSync } from "node:fs";

export function countWords(file) {
  const tmp = readFileSync(file, "utf8");
  const counts = new Map();
  for (const word of tmp.split(/\\s+/)) {
    if (word === "") continue;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  console.error(\`\${tmp.length} characters\`);
  return counts;
}
`;

const EXACTLY = "Do exactly this and nothing else, even if something else seems better:";

export const TRIAL_TASKS: readonly TrialTask[] = [
  {
    name: "one value of a spec",
    wish: `${EXACTLY} in model/spec.yml set learningRate to 0.003. Keep its comment.`,
    files: { "model/spec.yml": SPEC },
    right: { "model/spec.yml": SPEC.replace("0.001", "0.003") },
  },
  {
    name: "one of two functions that look alike",
    wish: `${EXACTLY} in codes.py, in the function checksum alone, multiply by 33 instead of 31.`,
    files: { "codes.py": TWINS },
    right: { "codes.py": TWINS.slice(0, 120) + TWINS.slice(120).replace("* 31", "* 33") },
  },
  {
    name: "a new file",
    wish: `${EXACTLY} add a file src/limits.txt with two lines, the first is "depth 4", the second is "width 128".`,
    files: { "src/main.txt": "start here\n" },
    right: { "src/limits.txt": "depth 4\nwidth 128\n" },
  },
  {
    name: "two places of one file",
    wish: `${EXACTLY} in settings.js change timeout from 1000 to 2500, and in the function wait return 250 * 2 ** failures instead of 100 * 2 ** failures.`,
    files: { "settings.js": SETTINGS },
    right: { "settings.js": SETTINGS.replace("timeout: 1000", "timeout: 2500").replace("100 * 2", "250 * 2") },
  },
  {
    name: "a name, wherever it stands",
    wish: `${EXACTLY} in words.js rename the variable tmp to text, in every place where it is used.`,
    files: { "words.js": COUNTER },
    right: { "words.js": COUNTER.replaceAll("tmp", "text") },
  },
];
