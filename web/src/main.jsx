/** Opens GraphiQL on the gateway that serves this page, with a tab for each story of the sandbox. */

import "graphiql/setup-workers/vite";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "@graphiql/plugin-explorer/style.css";
import "./page.css";

import { explorerPlugin } from "@graphiql/plugin-explorer";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { createRoot } from "react-dom/client";

import { ask, stories } from "./gateway.js";
import { recall, remember } from "./storage.js";
import { openingTabs } from "./stories.js";

const plugins = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })];

function Page({ active }) {
  // Headers may carry a token, so they are neither kept nor offered to be kept.
  return (
    <GraphiQL
      fetcher={ask}
      plugins={plugins}
      initialQuery={active.query ?? ""}
      initialVariables={active.variables ?? ""}
      initialHeaders=""
      shouldPersistHeaders={false}
      showPersistHeadersSettings={false}
      schemaDescription
      inputValueDeprecation
    >
      <GraphiQL.Logo>
        <span className="switchboard-name">Switchboard</span>
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

async function open() {
  const opening = openingTabs({ stories: await stories(), ...recall() });
  remember(opening);
  const { tabs, activeTabIndex } = opening.state;
  createRoot(document.getElementById("page")).render(<Page active={tabs[activeTabIndex]} />);
}

open();
