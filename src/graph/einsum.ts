// The equation of an Einsum, "bij,bjk->bik", with every short form written out.

import { GraphError } from "../errors.js";
import type { Dim } from "./graph.js";

type Letters = readonly string[];

interface Terms {
  /** Per operand, a letter for each of its axes. */
  readonly operands: readonly Letters[];
  readonly output: Letters;
  /** The size that each letter broadcasts to. */
  readonly sizes: ReadonlyMap<string, Dim>;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".split("");

/**
 * Writes out an ellipsis as letters of its own, and an absent output as the letters that occur once, in alphabetical order.
 * @throws GraphError when equation and operands do not fit.
 */
export function einsumTerms(equation: string, shapes: readonly (readonly Dim[])[]): Terms {
  const [left, right, ...more] = equation.replaceAll(" ", "").split("->");
  const written = left.split(",");
  if (more.length > 0 || written.length !== shapes.length) throw unfit(equation, "it is for other operands");
  const wide = new Set(written.flatMap((term, i) => (term.includes("...") ? shapes[i].length - term.length + 3 : [])));
  if (wide.size > 1) throw unfit(equation, "the ellipsis stands for different numbers of axes");
  const free = ALPHABET.filter((letter) => !equation.includes(letter)).slice(0, Math.max(0, ...wide));
  const spell = (term: string): Letters => term.replace("...", free.join("")).split("");
  const operands = written.map(spell);
  const output = right === undefined ? implicitOutput(operands.flat(), free) : spell(right);
  const sizes = letterSizes(equation, operands, shapes);
  if (new Set(output).size === output.length && output.every((letter) => sizes.has(letter))) {
    return { operands, output, sizes };
  }
  throw unfit(equation, "its output has a letter twice, or one that no operand has");
}

function implicitOutput(all: Letters, ellipsis: Letters): Letters {
  const once = [...new Set(all)].filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter)).toSorted();
  return [...ellipsis, ...once.filter((letter) => !ellipsis.includes(letter))];
}

function letterSizes(
  equation: string,
  operands: readonly Letters[],
  shapes: readonly (readonly Dim[])[],
): Map<string, Dim> {
  const sizes = new Map<string, Dim>();
  operands.forEach((term, i) => {
    if (term.some((letter) => !ALPHABET.includes(letter))) throw unfit(equation, "it has other signs than letters");
    if (term.length !== shapes[i].length) throw unfit(equation, `operand ${i} has ${shapes[i].length} axes`);
    term.forEach((letter, axis) => {
      const [known, size] = [sizes.get(letter) ?? 1, shapes[i][axis]];
      if (known !== 1 && size !== 1 && known !== size) {
        throw unfit(equation, `"${letter}" is ${known} in one place and ${size} in another`);
      }
      sizes.set(letter, known === 1 ? size : known);
    });
  });
  return sizes;
}

function unfit(equation: string, why: string): GraphError {
  return new GraphError("shape", `the equation "${equation}" does not fit: ${why}`);
}
