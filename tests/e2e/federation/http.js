/** Small HTTP servers on free ports of this machine. */

import { createServer } from "node:http";
import { text } from "node:stream/consumers";

/** The address of a server that answers with `handle`. */
export async function listen(handle) {
  const server = createServer((request, response) => {
    Promise.resolve(handle(request, response)).catch((error) => response.destroy(error));
  });
  await new Promise((done, failed) => server.once("error", failed).listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${server.address().port}/graphql`;
}

/** The body of a request. */
export async function json(request) {
  return JSON.parse(await text(request));
}

/** A server in front of `target` that hands everything on, and remembers the questions. */
export async function watch(target) {
  const questions = [];
  const url = await listen(async (request, response) => {
    const body = await text(request);
    const { query, variables } = JSON.parse(body);
    questions.push({ query, variables });
    const { host: _, connection: __, "content-length": ___, ...headers } = request.headers;
    const answer = await fetch(target, { method: request.method, headers, body });
    const contentType = answer.headers.get("content-type");
    response.writeHead(answer.status, { "content-type": contentType }).end(await answer.text());
  });
  return { url, questions };
}
