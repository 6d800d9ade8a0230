import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, extname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { createSession } from "../../src/runtime/session.js";
import { parseSpec } from "../../src/spec.js";
import { train } from "../../src/training/trainer.js";
import { hasChromium, launchChromium } from "../support/chromium.js";
import { temporaryDirectories } from "../support/temporary.js";
import { someFiles, someText } from "../support/text.js";

const directory = temporaryDirectories()();
const SPECS = (
  [
    ["like GPT-2", ""],
    ["like Llama", "normalization: rms-norm, position: rotary, feedForward: {kind: swiglu}, keyValueHeads: 2"],
    [
      "with all else",
      "queryKeyNormalization: true, feedForward: {kind: relu-squared}, logitSoftCap: 5, tieEmbeddings: true",
    ],
  ] as const
).map(([name, more]) => {
  const architecture = `{context: 32, width: 32, layers: 2, heads: 4, ${more}}`;
  return [
    name,
    parseSpec(`architecture: ${architecture}\noptimizer: {learningRate: 0.01}\ntraining: {batch: 8}`),
  ] as const;
});

const require = createRequire(import.meta.url);
const web = dirname(require.resolve("onnxruntime-web"));
const FILES: Readonly<Record<string, string>> = {
  "/": "test/fixtures/browser.html",
  "/model.onnx": join(directory, "model.onnx"),
  "/ort.wasm.min.mjs": join(web, "ort.wasm.min.mjs"),
  "/ort-wasm-simd-threaded.mjs": join(web, "ort-wasm-simd-threaded.mjs"),
  "/ort-wasm-simd-threaded.wasm": join(web, "ort-wasm-simd-threaded.wasm"),
};
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

const bytes = (length: number) => [...someText(length, "prompt")];

interface Logits {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

async function nodeLogits(ids: readonly number[]): Promise<Logits> {
  const session = await createSession(readFileSync(FILES["/model.onnx"]), { threads: 1 });
  const data = BigInt64Array.from(ids, BigInt);
  const { logits } = await session.run({ input_ids: { type: "int64", shape: [1, ids.length], data } });
  await session.close();
  return logits;
}

async function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    const file = FILES[request.url ?? ""];
    if (!file) return response.writeHead(404).end();
    return response.setHeader("content-type", TYPES[extname(file)] ?? "").end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** A page that has loaded the model; what fails in it fails the test. */
async function openPage(browser: Browser, server: Server): Promise<Page> {
  const page = await browser.newPage();
  const failure = new Promise<never>((_, reject) => page.on("pageerror", reject));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await Promise.race([page.waitForFunction("window.logits"), failure]);
  return page;
}

describe("a trained model.onnx in onnxruntime-web, in a browser", () => {
  (hasChromium ? test : test.skip).each(SPECS)(
    "gives the logits of onnxruntime-node, %s [needs chromium]",
    async (_, spec) => {
      const request = { spec, files: someFiles(40_000), tokens: 256 * 60, seed: 1, threads: 1, directory };
      await train(request, { onProgress: () => {}, stopped: () => false });
      const server = await serve();
      const browser = await launchChromium();
      try {
        const page = await openPage(browser, server);
        for (const length of [5, 32]) {
          const found: Logits = await page.evaluate(`logits([${bytes(length).join()}])`);
          const expected = await nodeLogits(bytes(length));
          expect(found.shape).toEqual([1, length, 256]);
          const apart = Array.from(expected.data, (value, i) => Math.abs(Number(value) - Number(found.data[i])));
          expect(Math.max(...apart)).toBeLessThan(1e-4);
        }
      } finally {
        await browser.close();
        server.close();
      }
    },
  );
});
