// npm run bench -- <name> [options]: one table on stderr, one JSON object on stdout.

const BENCHES = {
  train: () => import("./train.mjs"),
  growth: () => import("./growth.mjs"),
  sample: () => import("./sample.mjs"),
  decisions: () => import("./decisions.mjs"),
  parents: () => import("./parents.mjs"),
  overhead: () => import("./overhead.mjs"),
  pairing: () => import("./pairing.mjs"),
  nulls: () => import("./nulls.mjs"),
  patches: () => import("./patches.mjs"),
  "given-up": () => import("./given-up.mjs"),
  search: () => import("./search.mjs"),
};

const [name, ...options] = process.argv.slice(2);
if (!Object.hasOwn(BENCHES, name ?? "")) {
  process.stderr.write(`usage: npm run bench -- <${Object.keys(BENCHES).join(" | ")}> [options]\n`);
  process.exit(2);
}
const { run } = await BENCHES[name]();
process.stdout.write(`${JSON.stringify(await run(options))}\n`);
