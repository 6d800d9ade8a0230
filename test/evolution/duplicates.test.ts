import { describe, expect, test } from "@jest/globals";
import { Duplicates } from "../../src/evolution/duplicates.js";
import { parseSpec } from "../../src/spec.js";

const BASE = "def f(x):\n    return x  # as it is\n";
const spec = parseSpec("");
const version = (id: string, ...changes: readonly (readonly [string, string | null])[]) => ({
  id,
  changes: new Map(changes),
  spec,
});
const ground = (codeCounts: boolean) => ({
  specPath: "model/spec.yml",
  lookUp: async (path: string) =>
    path === "a.py" ? ({ kind: "text", text: BASE } as const) : ({ kind: "nothing" } as const),
  codeCounts,
});
const baseline = version("baseline");
const twice = ["a.py", "def f(x):\n    return 2 * x\n"] as const;
const commented = ["a.py", "# twice\ndef f(x):\n\n    return 2 * x\n"] as const;

describe("before anything is trained", () => {
  test("a change of comments and blanks is refused, beside other changes too", async () => {
    const duplicates = new Duplicates(ground(true), baseline);
    const idle = version("1", ["a.py", "def f(x):\n    # nothing new\n    return x\n"]);
    const refusal = { code: "no-op", reason: "no-op: it changes comments and blanks, and no program" };
    expect(await duplicates.known(idle, baseline, [])).toMatchObject(refusal);
    expect(await duplicates.known(version("2", commented), version("1", twice), [])).toMatchObject(refusal);
    expect(await duplicates.known(version("3", ["a.py", BASE.replace(":\n", ":  \n\n")]), baseline, [])).not.toBeNull();
    const indented = version("4", ["a.py", BASE.replace("    return", "  return")]);
    expect(await duplicates.known(indented, baseline, [])).toBeNull();
  });

  test("a twin is found beside it, before it, and in the baseline, whatever its comments say", async () => {
    const duplicates = new Duplicates(ground(true), baseline);
    const first = version("1", twice);
    expect(await duplicates.known(first, baseline, [])).toBeNull();
    const twin = version("2", commented);
    expect(await duplicates.known(twin, baseline, [first])).toMatchObject({
      reason: expect.stringMatching(/attempt 1, which trains/),
    });
    duplicates.add(first, { id: "1", decision: "rejected" });
    expect(await duplicates.known(twin, baseline, [])).toMatchObject({
      reason: "the same as attempt 1, rejected before",
    });
    const back = version("3", ["a.py", `# back\n${BASE}`]);
    expect(await duplicates.known(back, first, [])).toMatchObject({
      reason: expect.stringMatching(/^the same as the baseline/),
    });
    expect(await duplicates.known(version("4", twice, ["b.py", "x = 1\n"]), first, [])).toBeNull();
    expect(await duplicates.known(version("5", ["a.py", null]), first, [])).toBeNull();
  });

  test("what an earlier cycle found clearly worse is refused with its reason, from the same parent and setting alone", async () => {
    const [first, better] = [version("1", twice), version("2", ["b.py", "x = 1\n"])];
    const nothing = new Map<string, { cycle: string; attempt: string; reason: string }>();
    const earlier = new Duplicates(ground(true), baseline, { setting: "s", rejected: nothing });
    expect(await earlier.known(first, baseline, [])).toBeNull();
    const rejected = new Map([
      [earlier.step(first)!, { cycle: "abc", attempt: "7-x", reason: "worse than its parent" }],
    ]);
    const later = new Duplicates(ground(true), baseline, { setting: "s", rejected });
    const reason =
      "the same change of the same parent as attempt 7-x of cycle abc, rejected there on another seed: worse than its parent";
    expect(await later.known(version("9", commented), baseline, [])).toEqual({ ok: false, code: "known", reason });
    expect(await later.known(version("9", ["b.py", "x = 1\n"], twice), better, [])).toBeNull();
    const elsewhere = new Duplicates(ground(true), baseline, { setting: "another commit", rejected });
    expect(await elsewhere.known(version("9", commented), baseline, [])).toBeNull();
  });

  test("code is nothing at all where the spec alone is trained", async () => {
    const duplicates = new Duplicates(ground(false), baseline);
    expect(await duplicates.known(version("1", twice), baseline, [])).toMatchObject({
      code: "no-op",
      reason: expect.stringMatching(/reads the spec alone/),
    });
  });
});
