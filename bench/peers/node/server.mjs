// A server for the benchmark's question as a careful Node.js author would write it: yoga, graphql-jit, undici's pool, and
// an XML reader that converts only what is shown. Environment: PORT, UPSTREAM, BILLING; CACHE=1 keeps whole responses.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { createSchema, createYoga } from 'graphql-yoga';
import { useGraphQlJit } from '@envelop/graphql-jit';
import { createInMemoryCache, useResponseCache } from '@graphql-yoga/plugin-response-cache';
import * as systems from './systems.mjs';

const resolvers = {
  Query: {
    customer: (_, { by }) => systems.customer(by.id),
    line: (_, { by }) => ({ id: Buffer.from(`line\0${by.msisdn}`).toString('base64url'), msisdn: by.msisdn }),
  },
  Customer: { bills: ({ account }, { first }) => systems.bills(account, first) },
  Line: {
    network: ({ msisdn }) => systems.network(msisdn),
    recharges: ({ msisdn }, { first }) => systems.recharges(msisdn, first),
  },
};

const plugins = [useGraphQlJit()];
if (process.env.CACHE === '1') {
  plugins.push(useResponseCache({ session: () => null, ttl: 3_600_000, cache: createInMemoryCache({ max: 10_000 }) }));
}
const typeDefs = readFileSync(new URL('schema.graphql', import.meta.url), 'utf8');
const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false, graphiql: false, plugins });
createServer(yoga).listen(Number(process.env.PORT), '127.0.0.1');
