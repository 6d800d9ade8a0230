import { describe, expect, test } from "@jest/globals";
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { normalised } from "../../src/normalise/normalise.js";

/** File, two texts that are the same program. */
const SAME: readonly (readonly [string, string, string])[] = [
  ["a.py", "x = 1\n", "# faster\n\nx = 1  # one\n"],
  ["a.py", "def f():\n    return 1\n", "def f():\n\n    # why\n    return 1\t\n\n"],
  ["a.py", "x  =  'a # b'\n", "x = 'a # b'\r\n"],
  ["a.py", "x = f\"{d['k']}#\"\n", "x = f\"{d['k']}#\" # key\n"],
  ["a.ts", "const a = 1;\n", "// the first\nconst a = 1; /* one */\n\n"],
  ["a.ts", "if (a) {\n  f();\n}\n", "if (a) {\n      f();\n}\n"],
  ["a.js", "const a = b / 2;\n", "const a = b / 2; // 'half'\n"],
  ["a.js", "const a = (b + c) / 2;\n", "const a = (b + c) / 2; // half / all\n"],
  ["a.js", "if (a) /x'/.test(b);\n", "if (a) /x'/.test(b); // it's\n"],
  ["a.js", "f(`a ${ {b: 1}.b } // c`);\n", "f(`a ${ {b: 1}.b } // c`); // d\n"],
  ["a.js", "#!/usr/bin/env node\nf();\n", "#!/usr/bin/env node\n/* f\n*/\nf();\n"],
  ["a.json", '{"a": [1, 2]}\n', '{\n  "a" : [1,2]\n}'],
  ["a.yml", "a: 1\nb: [1, 2]\n", "# top\na:   1 # one\n\nb: [1, 2]\n# end\n"],
  ["a.yaml", "a: |\n  x # y\n", "a: | # text\n  x # y\n"],
];

/** File, two texts that are not, or of which nobody can be sure. */
const DIFFERENT: readonly (readonly [string, string, string])[] = [
  ["a.py", "x = 'a  b'\n", "x = 'a b'\n"],
  ["a.py", "x = 'a # b'\n", "x = 'a # c'\n"],
  ["a.py", "if a:\n    b()\nc()\n", "if a:\n    b()\n    c()\n"],
  ["a.py", 's = """\na\n\nb\n"""\n', 's = """\na\nb\n"""\n'],
  ["a.py", 's = """\n# a\n"""\n', 's = """\n"""\n'],
  ["a.py", "# -*- coding: latin-1 -*-\nx = 'é'\n", "x = 'é'\n"],
  ["a.py", "x = r'\\' # 'y'\n", "x = r'\\' # 'z'\n"],
  ["a.py", "x = 1 + \\\n  2\n", "x = 1 + \\\n\n  2\n"],
  ["a.py", "x = 1 + \\ \n  2\n", "x = 1 + \\\n  2\n"],
  ["a.py", 'x = f"{\'}\' + d["a"]}" # b"\n', 'x = f"{\'}\' + d["a"]}" # c"\n'],
  ["a.py", "import inspect\ninspect.getsource(f) # a\n", "import inspect\ninspect.getsource(f)\n"],
  ["a.py", "x = 1\ry = 2\n", "x = 1\ny = 2\n"],
  ["a.py", "# one\rx = 1\n", "# two\rx = 1\n"],
  ["a.py", "x = 10\n", "x = 1 0\n"],
  ["a.js", "return\nf()\n", "return f()\n"],
  ["a.js", "return /*\n*/ f()\n", "return /* */ f()\n"],
  ["a.js", "f('a  b')\n", "f('a b')\n"],
  ["a.js", "f(`a\n\n b`)\n", "f(`a\n b`)\n"],
  ["a.js", "f(`${`// a`} // b`)\n", "f(`${`// a`} // c`)\n"],
  ["a.js", "f(/[/] \\/  'x'/)\n", "f(/[/] \\/ 'x'/)\n"],
  ["a.js", 'x = a / 2; y = "/ // b"\n', 'x = a / 2; y = "/ // c"\n'],
  ["a.js", 'x = b.if(a) / 2; y = "/ // b"\n', 'x = b.if(a) / 2; y = "/ // c"\n'],
  ["a.js", 'x = a++ / 2; y = "/ // b"\n', 'x = a++ / 2; y = "/ // c"\n'],
  ["a.js", "a + +b\n", "a ++b\n"],
  ["a.js", "a / /* x */ 2 // y\n", "a // 2\n"],
  ["a.js", "/** @jest-environment node */\nf()\n", "f()\n"],
  ["a.ts", "// @ts-nocheck\nf()\n", "f()\n"],
  ["a.js", "x = <b>// a</b>\n", "x = <b>// c</b>\n"],
  ["a.tsx", "f() // a\n", "f()\n"],
  ["a.json", '{"a": 1.0}', '{"a": 1}'],
  ["a.json", '{"a": "b  c"}', '{"a": "b c"}'],
  ["a.json", "1 2", "12"],
  ["a.yml", "a: |\n  # x\n  y\n", "a: |\n  y\n"],
  ["a.yml", "--- |\n# x\n", "--- |\n# y\n"],
  ["a.yml", "a: |\n  x  ", "a: |\n  x"],
  ["a.yml", 'a: "b # c"\n', 'a: "b # d"\n'],
  ["a.yml", "a:\n  b: 1\nc: 1\n", "a:\n  b: 1\n  c: 1\n"],
  ["a.yml", "a: b# c\n", "a: b\n"],
  ["a.txt", "a \n", "a\n"],
  ["Makefile", "a:\n\tb # c\n", "a:\n\tb\n"],
];

describe("normalised texts", () => {
  test.each(SAME)("of %s are equal where only comments and idle blanks differ: %j %j", (path, one, other) => {
    expect(normalised(path, other)).toBe(normalised(path, one));
  });

  test.each(DIFFERENT)("of %s stay different where it may matter: %j %j", (path, one, other) => {
    expect(normalised(path, other)).not.toBe(normalised(path, one));
  });
});

describe("normalising loses nothing of a program", () => {
  const python = spawnSync("python3", ["--version"]).status === 0 ? test : test.skip;

  python("by the word of Python's own parser (skipped without python3)", () => {
    const folder = execFileSync("python3", ["-c", "import json; print(json.__path__[0])"], { encoding: "utf8" }).trim();
    const files = readdirSync(folder).filter((name) => name.endsWith(".py"));
    const texts = files.map((name) => readFileSync(join(folder, name), "utf8"));
    const pairs = [...texts, ...SAME.filter(([path]) => path === "a.py").map(([, , text]) => text)].map((text) => [
      text,
      normalised("a.py", text),
    ]);
    expect(pairs.filter(([text, short]) => short !== text).length).toBeGreaterThan(5);
    const program =
      "import ast,json,sys\nfor a,b in json.load(sys.stdin): assert ast.dump(ast.parse(a))==ast.dump(ast.parse(b)), a";
    execFileSync("python3", ["-c", program], { input: JSON.stringify(pairs) });
  });

  test("by the word of another JavaScript parser, over this program's own files", async () => {
    const { transformSync } = await import("@swc/core");
    const roots = ["src/patch", "src/evolution", "src/graph", "src/report"];
    const files = roots.flatMap((root) =>
      readdirSync(root)
        .filter((name) => name.endsWith(".ts"))
        .map((name) => join(root, name)),
    );
    const compact = (code: string) =>
      transformSync(code, {
        jsc: { parser: { syntax: "typescript" }, target: "es2022", minify: { format: { comments: false } } },
        minify: true,
      }).code;
    let shorter = 0;
    for (const file of files) {
      const text = readFileSync(file, "utf8");
      const short = normalised(file, text);
      if (short !== text) shorter++;
      expect(compact(short)).toBe(compact(text));
    }
    expect(shorter).toBeGreaterThan(0.8 * files.length);
  });
});
