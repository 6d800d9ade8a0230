import { expect, test } from "@jest/globals";
import { InputError } from "../src/errors.js";

test("errors keep code and place", () => {
  expect(new InputError("x", "y", { place: { line: 1 } }).place.line).toBe(1);
});
