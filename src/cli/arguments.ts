// Turning what was typed into numbers. Commander prints the message and the usage.

import { InvalidArgumentError } from "commander";

/** A whole number from `min` up. */
export function whole(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isSafeInteger(value) && value >= min) return value;
    throw new InvalidArgumentError(`expected a whole number from ${min} up.`);
  };
}

/** A number from `min` up. */
export function atLeast(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isFinite(value) && value >= min) return value;
    throw new InvalidArgumentError(`expected a number from ${min} up.`);
  };
}
