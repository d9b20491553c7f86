// The page's own code, asked about files: bundled as Vite does it, and run by Node.js instead of a browser.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mkdtempSync, rmSync } from "node:fs";
import { pathToFileURL } from "node:url";

const web = process.argv[2];
const { build } = createRequire(join(web, "node_modules", "vite", "package.json"))("rolldown");
const folder = mkdtempSync(join(tmpdir(), "proofs-"));
try {
  const file = join(folder, "proofs.mjs");
  await build({ input: join(web, "src", "proofs.ts"), output: { file, format: "esm" }, logLevel: "silent" });
  const { check } = await import(pathToFileURL(file).href);
  for await (const line of createInterface({ input: process.stdin })) {
    const { files, policy } = JSON.parse(line);
    const opened = files.map(({ name, data }) => new File([Buffer.from(data, "base64")], name));
    console.log(JSON.stringify(await check(opened, policy)));
  }
} finally {
  rmSync(folder, { recursive: true });
}
