/** Composes subgraphs with both public composers: each gives {supergraph, errors, hints}. */

import { composeServices as composeWithApollo } from "@apollo/composition";
import { composeServices as composeWithGuild } from "@theguild/federation-composition";
import { parse } from "graphql";

function told({ supergraphSdl, errors = [], hints = [] }) {
  return {
    supergraph: supergraphSdl ?? null,
    errors: (errors ?? []).map((error) => error.message),
    hints: (hints ?? []).map((hint) => `${hint.definition.code}: ${hint.message}`),
  };
}

export const composers = {
  apollo: (subgraphs) => told(composeWithApollo(subgraphs)),
  guild: (subgraphs) => told(composeWithGuild(subgraphs)),
};

export function subgraph(name, sdl, url = `http://127.0.0.1:9/${name}`) {
  return { name, url, typeDefs: parse(sdl) };
}
