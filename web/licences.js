/** Writes the notices of every package the page may contain beside it, as their licences ask. */

import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const NOTICE_FILE = /^(licen[cs]e|copying|notice|third-?party-?notices)/i;

const INTRO = `The GraphiQL page contains code of the packages below, under their own licences.
Packages with the same notice are listed together.
`;

const MIT = `The package names the MIT licence and carries no text of its own:

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software
is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES
OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** A Vite plugin; the file is called LICENCES.txt. A package with neither a notice nor the MIT licence stops the build. */
export function licences() {
  return {
    name: "licences",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "LICENCES.txt", source: notices() });
    },
  };
}

function notices() {
  const owners = new Map();
  for (const folder of shippedFolders()) {
    const { name, version, license, author } = JSON.parse(read(`${folder}/package.json`));
    const text = noticeOf(folder, { name, license, author });
    owners.set(text, [...(owners.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const sections = [...owners].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
  return [INTRO, ...sections].join(`\n${"-".repeat(80)}\n\n`);
}

function shippedFolders() {
  const { packages } = JSON.parse(read("package-lock.json"));
  return Object.keys(packages)
    .filter((folder) => folder && !packages[folder].dev && !packages[folder].devOptional)
    .sort();
}

function noticeOf(folder, { name, license, author }) {
  const files = readdirSync(HERE + folder).filter((file) => NOTICE_FILE.test(file)).sort();
  if (files.length > 0) return files.map((file) => tidy(read(`${folder}/${file}`))).join("\n\n");
  if (license !== "MIT") throw new Error(`${name} carries no notice and its licence is ${license}`);
  return author ? `Copyright (c) ${(author.name ?? author)}\n\n${MIT}` : MIT;
}

const read = (path) => readFileSync(HERE + path, "utf8");
const tidy = (text) => text.replace(/\r\n?/g, "\n").replace(/[ \t]+$/gm, "").trim();
