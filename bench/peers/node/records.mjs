// Reads chosen elements out of XML with saxen, the fastest parser of those compared in `parsers.mjs`: each record says
// which leaves it wants and which children are records of their own; everything else is passed over.
import { Parser } from 'saxen';

// Elements by their names without prefix: `leaves` are texts, `records` lists of further records.
export function record(leaves, records = {}) {
  return { leaves: new Set(leaves), records: new Map(Object.entries(records)) };
}

// A function from the XML's text to one object of the records below `root`. Throws when the XML is broken.
export function reader(root) {
  const parser = new Parser();
  const locals = new Map();
  const stack = [];
  let shape, into, name, field, value;

  const local = (raw) => {
    let known = locals.get(raw);
    if (known === undefined) locals.set(raw, known = raw.slice(raw.indexOf(':') + 1));
    return known;
  };
  parser.on('openTag', (raw) => {
    const opened = local(raw);
    const below = shape.records.get(opened);
    if (below !== undefined) {
      const child = {};
      (into[opened] ??= []).push(child);
      stack.push(shape, into, name);
      shape = below; into = child; name = opened;
    } else if (shape.leaves.has(opened)) {
      field = opened; value = '';
    }
  });
  parser.on('text', (text, decode) => {
    if (field !== null) value += text.includes('&') ? decode(text) : text;
  });
  parser.on('cdata', (text) => { if (field !== null) value += text; });
  parser.on('closeTag', (raw) => {
    const closed = local(raw);
    if (closed === field) { into[field] = value; field = null; }
    else if (closed === name) { name = stack.pop(); into = stack.pop(); shape = stack.pop(); }
  });
  parser.on('error', (error) => { throw error; });

  return (text) => {
    const found = {};
    stack.length = 0; shape = root; into = found; name = null; field = null;
    parser.parse(text);
    return found;
  };
}
