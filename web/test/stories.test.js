/** What becomes of stories and of the tabs a visitor already has. Run by `npm test`, and by pytest where Node.js is. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { openingTabs, operationName, storyQuery } from "../src/stories.js";

const story = (key, question = "{ customer { id } }") => ({ key, title: `Story ${key}`, question });
const first = (stories) => openingTabs({ stories, stored: null, seen: {} });
const again = (stories, { state, seen }) => openingTabs({ stories, stored: state, seen });
const edited = ({ state, seen }, index, query) => ({
  state: { ...state, tabs: state.tabs.map((tab, at) => (at === index ? { ...tab, query } : tab)) },
  seen,
});
const titles = ({ state }) => state.tabs.map(({ title }) => title);
const queryOf = ({ state }, index) => state.tabs[index].query;

test("a title becomes an operation name", () => {
  assert.equal(operationName("The charge nobody explained"), "TheChargeNobodyExplained");
  assert.equal(operationName("Zoë's 2 homes, one outage"), "Zoes2HomesOneOutage");
  assert.equal(operationName("80 % of the data is gone"), "Story80OfTheDataIsGone");
  assert.equal(operationName("停机"), "");
});

test("shorthand, anonymous and named questions all get the story's name", () => {
  const named = (question) => storyQuery({ title: "A day", question }).split("\n").slice(1).join("\n");
  assert.equal(named("{ a }"), "query ADay { a }");
  assert.equal(named("query { a }"), "query ADay { a }");
  assert.equal(named("query($x: ID) { a(x: $x) }"), "query ADay($x: ID) { a(x: $x) }");
  assert.equal(named("query Other($x: ID) { a }"), "query ADay($x: ID) { a }");
  assert.equal(named("query Other @live { a }"), "query ADay @live { a }");
  assert.equal(named("mutation Pay { a }"), "mutation ADay { a }");
  assert.equal(named("fragment F on T { a }\nquery { ...F }"), "fragment F on T { a }\nquery ADay { ...F }");
});

test("a question without a comment is headed by whom it is about", () => {
  const query = storyQuery({ title: "A\nday", customerId: "42", msisdn: "447700900001", question: "{ a }" });
  assert.equal(query, "# A day\n# customer 42, msisdn 447700900001\nquery ADay { a }");
});

test("a question with its own comment keeps it, and its words are not taken for the operation", () => {
  const query = storyQuery({ title: "A day", question: "# query this\n{ a }" });
  assert.equal(query, "# query this\nquery ADay { a }");
});

test("a first visit opens every story, the first one in front", () => {
  const opening = first([story("a"), story("b")]);
  assert.deepEqual(titles(opening), ["StoryA", "StoryB"]);
  assert.equal(opening.state.activeTabIndex, 0);
});

test("without stories there is one tab that says where to start", () => {
  assert.deepEqual(titles(first([])), ["WhereToStart"]);
});

test("a second visit does not double the stories", () => {
  assert.deepEqual(titles(again([story("a"), story("b")], first([story("a"), story("b")]))), ["StoryA", "StoryB"]);
});

test("a new story is added after the tabs of the last visit", () => {
  assert.deepEqual(titles(again([story("new"), story("a")], first([story("a")]))), ["StoryA", "StoryNew"]);
});

test("an edited tab is kept even when its story changed", () => {
  const mine = edited(first([story("a")]), 0, "query Mine { b }");
  assert.equal(queryOf(again([story("a", "{ c }")], mine), 0), "query Mine { b }");
});

test("an untouched tab follows its story", () => {
  assert.match(queryOf(again([story("a", "{ c }")], first([story("a")])), 0), /query StoryA \{ c \}/);
});

test("a closed story stays closed", () => {
  const { state, seen } = first([story("a"), story("b")]);
  const closed = { state: { activeTabIndex: 0, tabs: state.tabs.slice(1) }, seen };
  assert.deepEqual(titles(again([story("a"), story("b")], closed)), ["StoryB"]);
});

test("tabs survive a gateway that has no stories any more", () => {
  assert.deepEqual(titles(again([], first([story("a")]))), ["StoryA"]);
});

test("a remembered front tab that is gone gives way to the last one", () => {
  const { state, seen } = first([story("a"), story("b")]);
  assert.equal(again([], { state: { ...state, activeTabIndex: 9 }, seen }).state.activeTabIndex, 1);
});
