import { expect, test } from "@jest/globals";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Examination } from "../../src/wire/doctor.js";
import { startAxon } from "../support/command.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();

test("ONNX Runtime collects nothing that it could report: no store and no device id appear in the user's home", async () => {
  const home = temporary();
  const environment = { HOME: home, XDG_CACHE_HOME: join(home, "cache"), ORT_DISABLE_TELEMETRY: "" };
  const { stdout } = await startAxon(["doctor", "--json"], { environment }).ended;
  const { checks } = JSON.parse(stdout) as Examination;
  expect(checks).toContainEqual(expect.objectContaining({ name: "onnxruntime", ok: true }));
  expect(readdirSync(home)).toEqual([]);
});
