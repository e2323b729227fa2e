/** Renews package-lock.json after a change of package.json, without any address: versions and hashes are enough. */

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// npm forgets the packages of other platforms beside an installed node_modules, so it works in an empty folder.
const bench = mkdtempSync(join(tmpdir(), "lock-"));
for (const file of ["package.json", "package-lock.json", ".npmrc"]) {
  if (existsSync(file)) copyFileSync(file, join(bench, file));
}
execFileSync("npm", ["install", "--package-lock-only", "--ignore-scripts"], { cwd: bench, stdio: "inherit" });

const lock = JSON.parse(readFileSync(join(bench, "package-lock.json"), "utf8"));
for (const entry of Object.values(lock.packages)) {
  delete entry.resolved;
  delete entry.funding;
}
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
rmSync(bench, { recursive: true });
