import { expect, test } from "@jest/globals";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startAxon } from "../support/command.js";
import { temporaryDirectories } from "../support/temporary.js";
import { someFiles } from "../support/text.js";
import { hasWebGpu } from "../support/webgpu.js";

const home = temporaryDirectories()();
const path = (name: string) => join(home, name);
writeFileSync(path("text.txt"), someFiles(20_000)[0].bytes);
writeFileSync(path("spec.yml"), "architecture: {context: 16, width: 16, layers: 1, heads: 2}\ntraining: {batch: 4}\n");

const train = (device: string, out: string, environment: Readonly<Record<string, string>> = {}) => {
  const options = { spec: path("spec.yml"), corpus: path("text.txt"), out: path(out), tokens: "1280", device };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  return startAxon(["train", ...args, "--json"], { environment }).ended;
};
const error = (stdout: string) => (JSON.parse(stdout) as { error: { code: string; message: string } }).error;

/** What Vulkan's loader then finds no driver for. Elsewhere WebGPU does not go through Vulkan. */
const NO_DRIVER = { VK_DRIVER_FILES: path("none.json"), VK_ICD_FILENAMES: path("none.json") };

(process.platform === "linux" ? test : test.skip)(
  "a GPU that is not there is an error that says what is missing, and nothing is written [needs linux]",
  async () => {
    const { code, stdout } = await train("webgpu", "unavailable", NO_DRIVER);
    expect(code).toBe(1);
    expect(error(stdout)).toMatchObject({
      code: "webgpu-unavailable",
      message: expect.stringMatching(/libvulkan1.*driver.*--device cpu/),
    });
    expect(existsSync(path("unavailable"))).toBe(false);
  },
);

test("a driver that ends the process is an error too", async () => {
  const crash = { NODE_OPTIONS: "--import=data:text/javascript,process.send&&process.abort()" };
  const { code, stdout } = await train("webgpu", "crashed", crash);
  expect(code).toBe(1);
  expect(error(stdout)).toMatchObject({
    code: "webgpu-crashed",
    message: expect.stringMatching(/SIGABRT.*driver.*--device cpu/),
  });
});

(hasWebGpu ? test : test.skip)("a GPU trains to the score of the CPU [needs webgpu]", async () => {
  const [cpu, gpu] = [await train("cpu", "cpu"), await train("webgpu", "gpu")];
  expect([cpu.code, gpu.code]).toEqual([0, 0]);
  const score = (stdout: string) =>
    (JSON.parse(stdout) as { validation: { bitsPerByte: number } }).validation.bitsPerByte;
  expect(score(gpu.stdout)).toBeCloseTo(score(cpu.stdout), 4);
});
