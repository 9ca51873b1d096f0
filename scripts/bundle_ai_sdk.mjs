// Bundle the client half of the npm package `ai` for the tests, one file a version, with the licences of all that is in it.
//
//     node scripts/bundle_ai_sdk.mjs 6.0.325 7.0.173
//
// Needs Node and npm, and npm's own settings say where packages come from. Nobody else needs either: the bundles are kept in
// tests/acceptance/chat/vendor, and vendor.toml there records their hashes.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ESBUILD = "0.28.2";
const ENTRY = 'export { AbstractChat, DefaultChatTransport, readUIMessageStream } from "ai";\n';
const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), "tests", "acceptance", "chat", "vendor");
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

for (const version of process.argv.slice(2)) {
  const work = mkdtempSync(join(tmpdir(), "bundle-ai-"));
  const run = (command, ...given) => execFileSync(command, given, { cwd: work, encoding: "utf-8" });
  writeFileSync(join(work, "package.json"), '{"private": true}');
  writeFileSync(join(work, "entry.mjs"), ENTRY);
  run("npm", "install", "--silent", "--no-audit", "--no-fund", "--save-exact", `ai@${version}`, `esbuild@${ESBUILD}`);
  const name = `ai-${version.split(".")[0]}`;
  run("npx", "esbuild", "entry.mjs", "--bundle", "--minify", "--format=iife", "--global-name=AiSdk", "--platform=browser",
    "--legal-comments=none", "--log-level=error", "--metafile=meta.json", `--outfile=${name}.min.js`);

  const inputs = Object.keys(JSON.parse(readFileSync(join(work, "meta.json"))).inputs);
  const packages = new Set(inputs.map((path) => path.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1]).filter(Boolean));
  const licences = [...packages].sort().map((path) => {
    const about = JSON.parse(readFileSync(join(work, path, "package.json")));
    const file = readdirSync(join(work, path)).find((each) => /^licen[cs]e/i.test(each));
    const text = file ? readFileSync(join(work, path, file), "utf-8").trim() : `Licence: ${about.license}`;
    return `${about.name} ${about.version} (${about.license})\n\n${text}\n`;
  });
  const bundle = readFileSync(join(work, `${name}.min.js`));
  writeFileSync(join(folder, `${name}.min.js`), bundle);
  writeFileSync(join(folder, `${name}.LICENSES.txt`), licences.join(`\n${"-".repeat(80)}\n\n`));
  const lock = JSON.parse(readFileSync(join(work, "package-lock.json"))).packages["node_modules/ai"];
  console.log(`[${name}]\npackage = "ai"\nversion = "${version}"\nlicence = "Apache-2.0"`);
  console.log(`licence_file = "${name}.LICENSES.txt"\npackage_integrity = "${lock.integrity}"`);
  console.log(`file = "${name}.min.js"\nfile_sha256 = "${sha256(bundle)}"\n`);
  if (existsSync(work)) rmSync(work, { recursive: true });
}
