import { beforeAll, describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readHandedOver } from "../../src/sandbox/handed-over.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();
const [directory, outside] = [temporary(), temporary()];

beforeAll(() => {
  const path = (name: string) => join(directory, name);
  writeFileSync(path("model.onnx"), "a model");
  mkdirSync(path("folder/deep"), { recursive: true });
  writeFileSync(path("folder/deep/file"), "deep");
  writeFileSync(join(outside, "secret"), "a secret");
  symlinkSync(join(outside, "secret"), path("link"));
  symlinkSync(outside, path("linked"));
  symlinkSync("model.onnx", path("harmless"));
  symlinkSync("round", path("round"));
  spawnSync("mkfifo", [path("pipe")]);
  writeFileSync(path("empty"), "");
  writeFileSync(path("sparse"), "");
  truncateSync(path("sparse"), 2 ** 42);
});

const read = (name: string, maxBytes = 100) => readHandedOver(directory, name, maxBytes);

describe("what a sandbox hands over", () => {
  test("is read where it is a regular file, however deep", async () => {
    expect(await read("model.onnx")).toEqual({ ok: true, bytes: Buffer.from("a model") });
    expect(await read("folder/deep/file")).toEqual({ ok: true, bytes: Buffer.from("deep") });
    expect(await read("empty")).toEqual({ ok: true, bytes: Buffer.alloc(0) });
  });

  test.each(["link", "linked", "linked/secret", "harmless", "round", "pipe", "folder", "model.onnx/x"])(
    "is no file where it is a link, leads through one, or is of another kind: %s",
    async (name) => {
      expect(await read(name)).toMatchObject({ ok: false, code: "not-a-file", reason: expect.stringContaining(name) });
    },
  );

  test("is refused beyond the size allowed, a terabyte of nothing too", async () => {
    expect(await read("model.onnx", 6)).toMatchObject({ ok: false, code: "too-large" });
    expect(await read("model.onnx", 7)).toMatchObject({ ok: true });
    expect(await read("sparse", 2 ** 30)).toMatchObject({ ok: false, code: "too-large" });
  });

  test.each(["", ".", "..", "../secret", "folder/../model.onnx", "/etc/passwd", "folder//deep", "a\0b"])(
    "is asked for by a plain path only: %j",
    async (name) => {
      expect(await read(name)).toMatchObject({ ok: false, code: "bad-name" });
    },
  );

  test("may be missing, its name too long", async () => {
    expect(await read("nothing")).toMatchObject({ ok: false, code: "missing" });
    expect(await read("x".repeat(300))).toMatchObject({ ok: false, code: "not-a-file" });
  });
});
