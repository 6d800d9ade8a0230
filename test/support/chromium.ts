// Debian's browser, for the tests that need one.

import { spawnSync } from "node:child_process";
import { chromium, type Browser } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";

export const hasChromium = spawnSync(CHROMIUM, ["--version"]).status === 0;

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM });
}
