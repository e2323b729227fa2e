/** The public routers: how each opens in front of a supergraph and gives its address, and the composer of its house. */

import { ApolloGateway } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { createGatewayRuntime } from "@graphql-hive/gateway-runtime";
import { listen } from "./http.js";

async function openHive(supergraph) {
  // The part of Hive Gateway that plans and executes; its command line brings five times as many packages.
  const gateway = createGatewayRuntime({ supergraph, logging: false, graphiql: false, landingPage: false });
  return listen(gateway);
}

async function openApollo(supergraphSdl) {
  const silent = Object.fromEntries(["debug", "info", "warn", "error"].map((level) => [level, () => {}]));
  const server = new ApolloServer({
    gateway: new ApolloGateway({ supergraphSdl, logger: silent }),
    logger: silent,
    includeStacktraceInErrorResponses: false,
  });
  const { url } = await startStandaloneServer(server, { listen: { host: "127.0.0.1", port: 0 } });
  return url;
}

export const routers = {
  hive: { composer: "guild", start: openHive },
  apollo: { composer: "apollo", start: openApollo },
};
