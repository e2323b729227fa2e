/** Builds the page into the gateway's static files, the same bytes from the same lock file on every machine. */

import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

import { licences } from "./licences.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// React builds its slow twin when a developer's shell says otherwise, and the output would not be the same.
process.env.NODE_ENV = "production";

// React's packages carry "use client" marks for servers that render; here they mean nothing.
const quiet = (warning, warn) => warning.code === "MODULE_LEVEL_DIRECTIVE" || warn(warning);

export default defineConfig({
  base: "/graphql/static/graphiql/",
  esbuild: { jsx: "automatic" },
  resolve: {
    alias: {
      // What GraphiQL imports to lay out JSON; see src/jsonc.js.
      "prettier/parser-babel": here("src/jsonc.js"),
      "prettier/plugins/estree": here("src/jsonc.js"),
    },
  },
  plugins: [licences()],
  worker: { format: "es" },
  build: {
    outDir: "../gateway/static/graphiql",
    emptyOutDir: true,
    target: "es2022",
    reportCompressedSize: false,
    rollupOptions: { onwarn: quiet },
    // Monaco alone is above the usual warning; tests/e2e/test_web_build.py watches the whole folder's size.
    chunkSizeWarningLimit: 4000,
  },
});
