// How Hive Gateway runs: quietly, without its pages. Environment: PORT, SUPERGRAPH; JIT=1 compiles operations, CACHE=1
// keeps whole responses in memory.
import { defineConfig } from '@graphql-hive/gateway';

const caching = {
  cache: { type: 'localforage' },
  responseCaching: { session: () => null, ttl: 3_600_000, ttlPerCoordinate: [] },
};

export const gatewayConfig = defineConfig({
  supergraph: process.env.SUPERGRAPH,
  host: '127.0.0.1',
  port: Number(process.env.PORT),
  graphiql: false,
  landingPage: false,
  logging: 'error',
  jit: process.env.JIT === '1',
  ...(process.env.CACHE === '1' ? caching : {}),
});
