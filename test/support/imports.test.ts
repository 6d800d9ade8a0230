import { describe, expect, test } from "@jest/globals";
import { importsOf } from "./imports.js";
import { codeLines, tokenize } from "./tokens.js";

describe("the scanner", () => {
  test.each([
    ['import { a, b as c } from "./x.js";', "value ./x.js"],
    ['import a, * as b from "./x.js";', "value ./x.js"],
    ["import './x.js';", "value ./x.js"],
    ['import {\n  type A,\n  b,\n} from "./x.js";', "value ./x.js"],
    ['import type { A } from "./x.js";', "type ./x.js"],
    ['import type from from "./x.js";', "type ./x.js"],
    ['import type from "./x.js";', "value ./x.js"],
    ['import type, { A } from "./x.js";', "value ./x.js"],
    ['import { from } from "./x.js" with { type: "json" };', "value ./x.js"],
    ['import { "odd name" as a } from "./x.js";', "value ./x.js"],
    ['import/**/a/* from "./no.js" */from/**/"./x.js"', "value ./x.js"],
    ['import a = require("./x.js");', "value ./x.js"],
    ['export * from "./x.js";', "value ./x.js"],
    ['export * as all from "./x.js";', "value ./x.js"],
    ['export { a as b } from "./x.js";', "value ./x.js"],
    ['export type { A } from "./x.js";', "type ./x.js"],
    ['export type * from "./x.js";', "type ./x.js"],
    ['const a = await import("./x.js");', "value ./x.js"],
    ["const a = await import(`./x.js`);", "value ./x.js"],
    ['const a = { ...(await import("./x.js")) };', "value ./x.js"],
    ['const a = [...import("./x.js")];', "value ./x.js"],
    ['let a: typeof import("./x.js");', "value ./x.js"],
    ['function a(): typeof import("./x.js") {}', "value ./x.js"],
    ["const a = await import(name);", "value null"],
    ['const a = await import("./" + name);', "value null"],
    ["const a = await import(`./${name}.js`);", "value null"],
    ['require("./x.js")', "value ./x.js"],
    ['require.resolve("./x.js")', "location ./x.js"],
    ['createRequire(import.meta.url)("./x.js")', "value ./x.js"],
    ['createRequire(import.meta.url).resolve("./x.js")', "location ./x.js"],
    ['const load = createRequire(import.meta.url);\nload("./x.js")', "value ./x.js"],
    ['const load = createRequire(import.meta.url);\nload.resolve("./x.js")', "location ./x.js"],
    ['import.meta.resolve("./x.js")', "location ./x.js"],
    ['new URL("./x.js", import.meta.url)', "location ./x.js"],
    ['import a from "./\\x78.js";', "value ./x.js"],
    ['const re = /["\'`]/; import("./x.js");', "value ./x.js"],
    ['if (a) /"/.test(b); import("./x.js");', "value ./x.js"],
    ['const half = a / 2; import("./x.js"); b / 2;', "value ./x.js"],
    ['i++ / 2; import("./x.js"); b / 2;', "value ./x.js"],
    ["`${`}${'`'}` + { a: {} }}`; import('./x.js');", "value ./x.js"],
    ["`${await import('./x.js')}`", "value ./x.js"],
    ['#!/usr/bin/env node "\nimport "./x.js";', "value ./x.js"],
  ])("finds the one import in %j", (source, found) => {
    expect(importsOf(source).map(({ kind, specifier }) => `${kind} ${specifier}`)).toEqual([found]);
  });

  test.each([
    '// import a from "./x.js";',
    '/* export * from "./x.js" */',
    "const a = \"import b from './x.js'\";",
    "const a = `import('./x.js') ${b} require('./x.js')`;",
    'const a = /import("x")/;',
    'store.import("./x.js"); store?.require("./x.js");',
    "const commands = { import(file: string) {}, export() {}, require: 1 };",
    "class A { import() {} }",
    'export const from = "./x.js";',
    'export { a };\nconst from = "./x.js";',
    "const here = import.meta.url;",
    'new URL("./x.js", base);',
    'const { a, require } = b;\nrequire(a > 0, "words");',
    "function require(a: boolean) {}\nrequire(a);",
  ])("finds no import in %j", (source) => {
    expect(importsOf(source)).toEqual([]);
  });

  test("gives the line of the name that is imported", () => {
    const [found] = importsOf('/*\n*/ const a = `\n`;\nimport {\n  b,\n} from "./x.js";');
    expect(found?.line).toBe(6);
  });

  test("counts lines of code without blank lines and comments", () => {
    expect(codeLines(tokenize("// one\n\nconst a = `\n\n`; // two\n/*\n*/ b();\n"))).toBe(4);
  });

  test.each(["const a = 'b", "const a = `b ${c", "/* a", "`${`a`"])("says that %j does not end", (source) => {
    expect(() => tokenize(source)).toThrow(/^line 1: a (string|template|comment) does not end$/);
  });
});
