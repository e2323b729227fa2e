/** The second subgraph: a help desk with one ticket for each customer number it is given, in order. */

import { readFileSync } from "node:fs";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { graphql, parse } from "graphql";
import { json, listen } from "./http.js";

export const sdl = readFileSync(new URL("tickets.graphql", import.meta.url), "utf8");

/** Listens on a free port; the address, and the questions that came. */
export async function openTickets(customerNumbers) {
  const tickets = customerNumbers.map((customerNumber, index) => ({
    id: `T${index}`,
    summary: `Ticket ${index}`,
    customer: { customerNumber },
  }));
  const pageInfo = { hasNextPage: false, hasPreviousPage: false };
  const schema = buildSubgraphSchema({
    typeDefs: parse(sdl),
    resolvers: {
      Query: {
        tickets: (_, { first }) => tickets.slice(0, first),
        ticketPage: (_, { first }) => ({ nodes: tickets.slice(0, first), pageInfo }),
      },
      Ticket: { __resolveReference: ({ id }) => tickets.find((ticket) => ticket.id === id) },
      Customer: {
        __resolveReference: (customer) => customer,
        tickets: ({ customerNumber }) => tickets.filter((ticket) => ticket.customer.customerNumber === customerNumber),
      },
    },
  });
  const questions = [];
  const url = await listen(async (request, response) => {
    const { query, variables, operationName } = await json(request);
    questions.push({ query, variables });
    const answer = await graphql({ schema, source: query, variableValues: variables, operationName });
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  return { url, questions };
}
