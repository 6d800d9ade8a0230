// Turning what was typed into numbers. Commander prints the message and the usage.

import { InvalidArgumentError } from "commander";

/** A whole number from `min` up, or up to `max`. */
export function whole(min: number, max = Infinity): (text: string) => number {
  const range = max === Infinity ? `from ${min} up` : `from ${min} to ${max}`;
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`expected a whole number ${range}.`);
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
