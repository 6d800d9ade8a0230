// Trees in text: what hangs below what, drawn with lines.

/** A line of a tree and the branches below it. */
export interface Branch {
  readonly text: string;
  readonly below: readonly Branch[];
}

/** The root first; every branch begins where its parent's text does. */
export function drawTree({ text, below }: Branch): string[] {
  return [text, ...below.flatMap((branch, i) => drawn(branch, i === below.length - 1))];
}

function drawn(branch: Branch, isLast: boolean): string[] {
  const [first, ...rest] = drawTree(branch);
  return [`${isLast ? "└─ " : "├─ "}${first}`, ...rest.map((line) => `${isLast ? "   " : "│  "}${line}`)];
}
