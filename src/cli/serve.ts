// The command `axon serve`: its options, where it can be reached, its end.

import { once } from "node:events";
import type { Command } from "commander";
import { logTo } from "../log.js";
import { serve } from "../serving/serve.js";
import { whole } from "./arguments.js";
import { print, type Context } from "./output.js";

interface ServeFlags {
  readonly repo: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly tokenFile?: string;
}

export function serveCommand(program: Command, context: Context): void {
  program
    .command("serve")
    .description("a dashboard over what repositories went through, live while axon evolve runs elsewhere")
    .option("--repo <dir...>", "the git repositories that are evolved", ["."])
    .option("--host <host>", "the address to listen on", "127.0.0.1")
    .option("--port <n>", "0 takes any that is free", whole(0, 65_535), 4173)
    .option("--token-file <file>", "a secret to sign in with (default: a new one every time)")
    .option("--json", "print one JSON object, as soon as it listens")
    .action(async ({ repo, host, port, tokenFile }: ServeFlags) => {
      const log = logTo(process.stderr, () => Date.now());
      const { url, signIn, stop } = await serve({ repositories: repo, host, port, tokenFile: tokenFile ?? null }, log);
      print(context, { url, signIn }, `Open ${signIn}`);
      log("info", "listening", { url, repositories: repo.length });
      if (!context.signal.aborted) await once(context.signal, "abort");
      log("info", "stopping");
      await stop();
      log("info", "stopped");
    });
}
