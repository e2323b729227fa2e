/** The page's two requests, both to the address it was opened at: the graph and the sandbox's stories. */

import { sendable } from "./operation.js";

const here = location.pathname.replace(/\/+$/, "");
const ACCEPT = "application/graphql-response+json, application/json;q=0.9";

/** GraphiQL's fetcher: one operation out, the answer's JSON back; anything else becomes an error to read. */
export async function ask(params, { headers } = {}) {
  const answer = await fetch(here, {
    method: "POST",
    headers: { accept: ACCEPT, "content-type": "application/json", ...headers },
    body: JSON.stringify(sendable(params)),
  });
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: `The gateway answered ${answer.status} without JSON.` }] };
  }
}

/** The sandbox's stories; an empty list from a gateway that has none or will not tell. */
export async function stories() {
  try {
    const answer = await fetch(`${here}/stories`, { headers: { accept: "application/json" } });
    const list = answer.ok ? await answer.json() : [];
    return Array.isArray(list) ? list.filter(isStory) : [];
  } catch {
    return [];
  }
}

const isStory = ({ key, title, question } = {}) => [key, title, question].every((text) => typeof text === "string");
