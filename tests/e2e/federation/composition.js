/** Reads [{switchboard: SDL, other: SDL}] and prints for each what both composers make of the two. */

import { text } from "node:stream/consumers";
import { composers, subgraph } from "./compose.js";

const cases = JSON.parse(await text(process.stdin));
const results = cases.map(({ switchboard, other }) => {
  const subgraphs = [subgraph("switchboard", switchboard), subgraph("other", other)];
  return Object.fromEntries(Object.entries(composers).map(([name, compose]) => [name, compose(subgraphs)]));
});
console.log(JSON.stringify(results));
