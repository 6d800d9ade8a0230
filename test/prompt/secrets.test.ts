import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { randomStrings } from "../../src/secrets/entropy.js";
import { findSecrets, isSecretFile, redacted } from "../../src/secrets/secrets.js";
import { listOf, pick, rolls } from "../support/fuzzing.js";
import { CANARIES } from "./canaries.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

function textsBelow(folder: string): [string, string][] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.(?:ts|mjs|md|ya?ml|json|cjs)$/.test(entry.name));
  return files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), "utf8")]);
}

describe("secrets", () => {
  test.each(CANARIES)("are found and taken out: %s", (_, text, key) => {
    for (const line of [text, `x\n+  ${text}\ny`, JSON.stringify({ line: text })]) {
      expect(findSecrets(line).length).toBeGreaterThan(0);
      for (const piece of key.split("\n")) expect(redacted(line)).not.toContain(piece);
    }
  });

  test.each([
    ["DB_PA", "SS=S3cr3tPa55"],
    ["define('DB_PASS", "WORD', 'hunter2xyz');"],
    ["db:\n  pass", "word: correcthorse\n"],
    ["PASS", "WORD=correcthorse\nPORT=1\n"],
    ["curl -u ", "a:b https://x.example.org"],
  ])("are found where they are short or plain words: %s…", (...parts) => {
    expect(findSecrets(parts.join(""))).toHaveLength(1);
  });

  test("are none in this project's own files", () => {
    const own = ["src", "test", "docs", "bench", "scripts", "model"].flatMap(textsBelow);
    const rest = ["README.md", "package-lock.json", "CONTRIBUTING.md"].map((path) => [
      path,
      readFileSync(join(root, path), "utf8"),
    ]);
    // Weights in base64, in lines as long as keys are.
    const looked = [...own, ...rest].filter(([path]) => !path?.endsWith("fixtures/tiny-gpt.json"));
    expect(looked.length).toBeGreaterThan(300);
    const found = looked.flatMap(([path, text]) =>
      findSecrets(text ?? "", path).map(({ value }) => `${path}: ${value}`),
    );
    expect(found).toEqual([]);
  });

  test.each([
    "sha512-oTjaLL5YW0Hc/4yBVgcQ7tJ1Fb9ZxXn3cJkSWgHYx0cO8m2QpV6tR4dA==",
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "id: 123e4567-e89b-42d3-a456-426614174000",
    'src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"',
    "const password = process.env.PASSWORD;",
    'password: "${DB_PASSWORD}"',
    'token: "identifier"',
    'apiKey: "your-api-key-1"',
    "https://user:password@example.com",
    "password: string",
    "  password: credentials",
    "curl -u user:$TOKEN https://x.example.org",
    "encryption: aes-256-gcm",
    "the bypass=12345abcde of a valve",
    "the tokens of a text: about four characters each",
    "filePathOrUint8ArrayToTensorFloat32",
    "records/track_1_short/2025-01-04_SoftCap/README",
  ])("are none in %j", (line) => {
    expect(findSecrets(line)).toEqual([]);
  });

  test("are nineteen in twenty random keys of 32 letters and digits, whoever made them", () => {
    const roll = rolls("keys");
    const letters = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    const keys = listOf(1000, () => listOf(32, () => pick(roll, letters)).join(""));
    expect(keys.filter((key) => randomStrings(`use ${key} here`).length === 1).length).toBeGreaterThan(950);
  });

  test.each([
    ".env",
    "deploy/.env.production",
    "id_rsa",
    "certs/server.pem",
    "config/secrets.yml",
    ".npmrc",
    "key.p12",
    ".env-prod",
    ".env_prod",
    "env.local",
    "prod.env.bak",
    "home/.docker/config.json",
  ])("are all of %s", (path) => {
    expect(isSecretFile(path)).toBe(true);
    expect(redacted("a=b")).toBe("a=b");
    expect(findSecrets("a=b", path)[0]).toMatchObject({ certain: true, start: 0, end: 3 });
  });

  test("are not a file's name alone where it is an example", () => {
    const names = [".env.example", "example.env", "src/environment.ts", "docs/keys.md", "tokens.ts", "vite-env.d.ts"];
    for (const path of [...names, "env.py", "conda-env.yml", "docker/config.json", "environment.txt"])
      expect([path, isSecretFile(path)]).toEqual([path, false]);
  });
});
