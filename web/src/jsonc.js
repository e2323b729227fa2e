/**
 * Prettier's part that lays out the variables and headers editors, in a few lines over jsonc-parser.
 * It stands in for Prettier's JavaScript plugins, which GraphiQL loads for JSON alone and which weigh half a megabyte.
 */

import { applyEdits, format } from "jsonc-parser";

const LAYOUT = { tabSize: 2, insertSpaces: true, eol: "\n" };

export const parsers = {
  jsonc: {
    astFormat: "jsonc-text",
    parse: (text) => ({ text }),
    locStart: () => 0,
    locEnd: ({ text }) => text.length,
  },
};

export const printers = {
  "jsonc-text": { print: ({ node: { text } }) => applyEdits(text, format(text, undefined, LAYOUT)) },
};
