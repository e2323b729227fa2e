/**
 * Turns the sandbox's stories into GraphiQL tabs and joins them with the tabs a visitor already has.
 * Pure: it knows nothing of the network, the storage or the page.
 *
 * A tab is what GraphiQL 5 keeps in its storage; a story is {key, title, customerId, msisdn, question}.
 */

const WELCOME = `# Welcome to Switchboard.
#
# Ask one question about one customer; every system it touches is asked only for what you select.
# The book on the left shows every type and field, the folder builds a question by ticking fields.
# Ctrl-Space completes, Ctrl-Enter runs. This one lists what can be asked first:

query WhereToStart {
  __schema {
    queryType {
      fields {
        name
        description
      }
    }
  }
}
`;

/** GraphiQL shows the name of a tab's operation as its title, so a story's title becomes that name. */
export function operationName(title) {
  const ascii = title.normalize("NFD").replace(/[\u0300-\u036f'’]/g, "");
  const words = ascii.match(/[A-Za-z0-9]+/g) ?? [];
  const name = words.map((word) => word[0].toUpperCase() + word.slice(1)).join("");
  return /^[0-9]/.test(name) ? `Story${name}` : name;
}

/** The story's question under its own name, headed by whom it is about unless it brings a comment. */
export function storyQuery({ title, customerId, msisdn, question }) {
  const name = operationName(title);
  const named = name ? question.replace(OPERATION, renamed(name)) : question;
  if (named.trimStart().startsWith("#")) return named;
  const about = [customerId && `customer ${customerId}`, msisdn && `msisdn ${msisdn}`].filter(Boolean);
  const head = [title, about.join(", ")].filter(Boolean).map((line) => `# ${oneLine(line)}\n`);
  return head.join("") + named;
}

// Start of the first operation: a keyword with or without a name, or the shorthand that is only a brace.
const OPERATION = /^[ \t]*(?:(query|mutation|subscription)\b\s*(?:[A-Za-z_]\w*\s*)?)?(?=([({@]))/m;

const renamed = (name) => (_, kind = "query", next) => `${kind} ${name}${next === "(" ? "" : " "}`;

const oneLine = (text) => text.replace(/\s+/g, " ");

/**
 * The tabs to open with: the visitor's own, in order, then each story not seen before.
 *
 * `seen` maps story keys to the query they were last offered with. A closed story stays closed; a
 * tab still holding exactly what was offered follows its story; an edited tab is never touched.
 */
export function openingTabs({ stories, stored, seen }) {
  const offered = new Map(stories.map((story) => [story.key, storyQuery(story)]));
  const kept = (stored?.tabs ?? []).map((one) => refreshed(one, { offered, seen }));
  const fresh = [...offered].filter(([key]) => !Object.hasOwn(seen, key)).map(([key, query]) => tab(storyId(key), query));
  const tabs = [...kept, ...fresh];
  if (tabs.length === 0) tabs.push(tab("welcome", WELCOME));
  const activeTabIndex = Math.min(Math.max(stored?.activeTabIndex ?? 0, 0), tabs.length - 1);
  return { state: { activeTabIndex, tabs }, seen: { ...seen, ...Object.fromEntries(offered) } };
}

function refreshed(one, { offered, seen }) {
  const key = [...offered.keys()].find((candidate) => storyId(candidate) === one.id);
  const untouched = key !== undefined && one.query === seen[key];
  return untouched ? tab(one.id, offered.get(key)) : one;
}

const storyId = (key) => `story-${key}`;

function tab(id, query) {
  const title = /^[ \t]*(?:query|mutation|subscription)\s+(\w+)/m.exec(query)?.[1] ?? "<untitled>";
  return { id, title, query, variables: null, headers: null, operationName: null, response: null };
}
