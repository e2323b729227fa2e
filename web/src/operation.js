/** What is sent for an operation. Pure. */

/**
 * The parts of *params* worth sending. After a change of tabs GraphiQL gives the name of the last
 * tab's operation for a moment; a name that the text does not define would only earn an error.
 */
export function sendable({ query, variables, operationName }) {
  const defined = new RegExp(`\\b(?:query|mutation|subscription)\\s+${operationName}\\b`);
  return { query, variables, ...(operationName && defined.test(query) ? { operationName } : {}) };
}
