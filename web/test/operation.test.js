/** What is sent for an operation. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { sendable } from "../src/operation.js";

const query = "query A { a }\nmutation B { b }";

test("the name of an operation in the text is sent", () => {
  assert.deepEqual(sendable({ query, variables: { x: 1 }, operationName: "B" }), {
    query,
    variables: { x: 1 },
    operationName: "B",
  });
});

test("a name that the text does not define is left out", () => {
  for (const operationName of ["a", "AB", "Other", "", null, undefined]) {
    assert.ok(!("operationName" in sendable({ query, operationName })), `sent ${operationName}`);
  }
});
