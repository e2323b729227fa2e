/** Runs every GraphQL-over-HTTP server audit against the address given and prints [{id, name, status, reason}] as JSON. */

import { serverAudits } from "graphql-http";

async function result({ id, name, fn }) {
  try {
    const { status, reason = null } = await fn();
    return { id, name, status, reason };
  } catch (error) {
    // The audit itself came to grief, for example because the gateway hung up.
    return { id, name, status: "error", reason: String(error) };
  }
}

const results = [];
for (const audit of serverAudits({ url: process.argv[2], fetchFn: fetch })) results.push(await result(audit));
console.log(JSON.stringify(results, null, 2));
