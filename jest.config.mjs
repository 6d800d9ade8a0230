import { availableParallelism } from "node:os";

export default {
  // Jest leaves one core idle, which on a machine of two doubles the time.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  testEnvironment: "./test/support/environment.cjs",
  roots: ["<rootDir>/test"],
  extensionsToTreatAsEsm: [".ts"],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "es6" } },
    ],
  },
  // Generous, for tests share the cores with each other: it ends what hangs, and measures nothing.
  testTimeout: 240_000,
};
