/**
 * `node --import ./loopback.js supergraph.js ADDRESS NUMBER...`: the public routers, each in front of the gateway at
 * ADDRESS and of a help desk that has a ticket for each customer number. Prints where they are as one line of JSON, and
 * ends when its input does.
 */

import { composers, subgraph } from "./compose.js";
import { listen, watch } from "./http.js";
import { strayed } from "./loopback.js";
import { routers } from "./routers.js";
import { openTickets, sdl as ticketsSdl } from "./tickets.js";

async function sdlOf(address) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "{ _service { sdl } }" }),
  });
  return (await answer.json()).data._service.sdl;
}

async function open({ composer, start }, address, sdl, customerNumbers) {
  const tickets = await openTickets(customerNumbers);
  const switchboard = await watch(address);
  const { supergraph, errors } = composers[composer]([
    subgraph("switchboard", sdl, switchboard.url),
    subgraph("tickets", ticketsSdl, tickets.url),
  ]);
  if (supergraph === null) throw new Error(errors.join("\n"));

  const url = await start(supergraph);
  const control = await listen((_, response) => {
    const asked = { switchboard: switchboard.questions.splice(0), tickets: tickets.questions.splice(0), strayed };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(asked));
  });
  return { url, control };
}

const [address, ...customerNumbers] = process.argv.slice(2);
const sdl = await sdlOf(address);
const opened = {};
for (const [name, router] of Object.entries(routers)) opened[name] = await open(router, address, sdl, customerNumbers);
console.log(JSON.stringify(opened));
process.stdin.resume().on("end", () => process.exit(0));
