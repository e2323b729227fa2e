/** What the page remembers between visits, in the browser only. A refused or broken storage reads as a first visit. */

const TABS = "graphiql:tabState"; // GraphiQL's own key: it opens whatever tabs are found there.
const SEEN = "switchboard:stories";

export const recall = () => ({ stored: tabsState(read(TABS)), seen: read(SEEN) ?? {} });

export function remember({ state, seen }) {
  write(TABS, state);
  write(SEEN, seen);
}

function tabsState(value) {
  return Array.isArray(value?.tabs) && value.tabs.length > 0 ? value : null;
}

function read(key) {
  try {
    const value = JSON.parse(localStorage.getItem(key));
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A full or forbidden storage costs the visitor their tabs, never the page.
  }
}
