import { expect, test } from "@jest/globals";
import { drawTree } from "../../src/story/tree.js";

test("a tree is drawn with one line per node, lines that end at the last branch, and its root first", () => {
  const leaf = (text: string) => ({ text, below: [] });
  const tree = {
    text: "a",
    below: [
      { text: "b", below: [leaf("c"), leaf("d")] },
      { text: "e", below: [leaf("f")] },
    ],
  };
  expect(drawTree(tree)).toEqual(["a", "├─ b", "│  ├─ c", "│  └─ d", "└─ e", "   └─ f"]);
});
