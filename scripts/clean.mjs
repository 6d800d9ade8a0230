import { rmSync } from "node:fs";

// A removed source file must not live on in dist/.
rmSync(new URL("../dist", import.meta.url), { recursive: true, force: true });
