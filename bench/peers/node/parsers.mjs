// Which XML parser serves the hand-written server best: each reads the fields that the question needs out of one
// QueryInvoice reply, and all must read the same. Usage: node parsers.mjs REPLY.xml; prints one JSON object.
import { readFileSync } from 'node:fs';
import { XMLParser } from 'fast-xml-parser';
import * as txml from 'txml/txml';
import { Parser as SaxenParser } from 'saxen';
import sax from 'sax';
import { SaxesParser } from 'saxes';
import { SAXParser as SaxWasm, SaxEventType } from 'sax-wasm';
import { parse as ltx } from 'ltx';
import { parseXml } from '@rgrove/parse-xml';
import { Parser as HtmlParser } from 'htmlparser2';
import { DOMParser } from '@xmldom/xmldom';

const reply = readFileSync(process.argv[2]);
const text = reply.toString('utf8');
const BILL = ['AcctCode', 'InvoiceID', 'InvoiceNo', 'BillCycleBeginTime', 'BillCycleEndTime', 'InvoiceAmount',
  'OpenAmount', 'TaxAmount', 'CurrencyID', 'InvoiceDate', 'DueDate', 'Status'];
const LINE = ['InvoiceID', 'ServiceCategory', 'ChargeCode', 'ChargeAmount', 'DiscountAmt', 'TaxAmount', 'CurrencyID'];
const local = (name) => name.slice(name.indexOf(':') + 1);

// What an event parser is fed into: bills and lines with the needed fields only.
function collector() {
  const wanted = { bill: new Set(BILL), line: new Set(LINE) };
  const bills = [];
  let bill = null, line = null, field = null, value = '';
  return {
    open(name) {
      name = local(name);
      if (name === 'InvoiceInfo') bills.push(bill = { lines: [] });
      else if (name === 'InvoiceDetail') bill.lines.push(line = {});
      else if (bill !== null) { field = (line === null ? wanted.bill : wanted.line).has(name) ? name : null; value = ''; }
    },
    text(chunk) { if (field !== null) value += chunk; },
    close(name) {
      name = local(name);
      if (name === 'InvoiceDetail') line = null;
      else if (name === 'InvoiceInfo') bill = null;
      else if (field !== null && name === field) { (line ?? bill)[field] = value; field = null; }
    },
    bills,
  };
}

const pick = (from, names) => Object.fromEntries(names.map((name) => [name, from(name)]));

const wasm = new SaxWasm(SaxEventType.OpenTag | SaxEventType.Text | SaxEventType.CloseTag);
await wasm.prepareWasm(readFileSync(new URL(import.meta.resolve('sax-wasm/lib/sax-wasm.wasm'))));
const fast = new XMLParser({
  removeNSPrefix: true, ignoreAttributes: true, parseTagValue: false, processEntities: false, ignoreDeclaration: true,
  isArray: (name) => name === 'InvoiceInfo' || name === 'InvoiceDetail',
});

const READERS = {
  'fast-xml-parser'() {
    const { InvoiceInfo } = fast.parse(text).Envelope.Body.QueryInvoiceResultMsg.QueryInvoiceResult;
    return InvoiceInfo.map((bill) => ({
      ...pick((name) => bill[name], BILL), lines: bill.InvoiceDetail.map((line) => pick((name) => line[name], LINE)),
    }));
  },
  txml() {
    const child = (node, name) => node.children.find((each) => local(each.tagName ?? '') === name);
    const all = (node, name) => node.children.filter((each) => local(each.tagName ?? '') === name);
    const root = txml.parse(text, { keepComments: false }).find((each) => local(each.tagName ?? '') === 'Envelope');
    const result = child(child(child(root, 'Body'), 'QueryInvoiceResultMsg'), 'QueryInvoiceResult');
    const leaf = (node) => (name) => child(node, name)?.children[0];
    return all(result, 'InvoiceInfo').map((bill) => ({
      ...pick(leaf(bill), BILL), lines: all(bill, 'InvoiceDetail').map((line) => pick(leaf(line), LINE)),
    }));
  },
  saxen() {
    const into = collector(), parser = new SaxenParser();
    parser.on('openTag', (name) => into.open(name));
    parser.on('text', (chunk) => into.text(chunk));
    parser.on('closeTag', (name) => into.close(name));
    parser.parse(text);
    return into.bills;
  },
  sax() {
    const into = collector(), parser = sax.parser(true);
    parser.onopentagstart = ({ name }) => into.open(name);
    parser.ontext = (chunk) => into.text(chunk);
    parser.onclosetag = (name) => into.close(name);
    parser.write(text).close();
    return into.bills;
  },
  saxes() {
    const into = collector(), parser = new SaxesParser();
    parser.on('opentag', ({ name }) => into.open(name));
    parser.on('text', (chunk) => into.text(chunk));
    parser.on('closetag', ({ name }) => into.close(name));
    parser.write(text).close();
    return into.bills;
  },
  'sax-wasm'() {
    const into = collector();
    wasm.eventHandler = (event, data) => {
      if (event === SaxEventType.OpenTag) into.open(data.name);
      else if (event === SaxEventType.Text) into.text(data.value);
      else into.close(data.name);
    };
    wasm.write(reply);
    wasm.end();
    return into.bills;
  },
  htmlparser2() {
    const into = collector();
    const parser = new HtmlParser(
      { onopentagname: (name) => into.open(name), ontext: (chunk) => into.text(chunk), onclosetag: (name) => into.close(name) },
      { xmlMode: true },
    );
    parser.end(text);
    return into.bills;
  },
  ltx() {
    const all = (node, name) => node.children.filter((each) => typeof each !== 'string' && local(each.name) === name);
    const leaf = (node) => (name) => all(node, name)[0]?.children[0];
    const result = all(all(all(ltx(text), 'Body')[0], 'QueryInvoiceResultMsg')[0], 'QueryInvoiceResult')[0];
    return all(result, 'InvoiceInfo').map((bill) => ({
      ...pick(leaf(bill), BILL), lines: all(bill, 'InvoiceDetail').map((line) => pick(leaf(line), LINE)),
    }));
  },
  '@rgrove/parse-xml'() {
    const all = (node, name) => node.children.filter((each) => each.name !== undefined && local(each.name) === name);
    const leaf = (node) => (name) => all(node, name)[0]?.children[0]?.text;
    const result = all(all(all(parseXml(text).root, 'Body')[0], 'QueryInvoiceResultMsg')[0], 'QueryInvoiceResult')[0];
    return all(result, 'InvoiceInfo').map((bill) => ({
      ...pick(leaf(bill), BILL), lines: all(bill, 'InvoiceDetail').map((line) => pick(leaf(line), LINE)),
    }));
  },
  '@xmldom/xmldom'() {
    const all = (node, name) => Array.from(node.childNodes).filter((each) => each.localName === name);
    const leaf = (node) => (name) => all(node, name)[0]?.textContent;
    const root = new DOMParser().parseFromString(text, 'text/xml').documentElement;
    const result = all(all(all(root, 'Body')[0], 'QueryInvoiceResultMsg')[0], 'QueryInvoiceResult')[0];
    return all(result, 'InvoiceInfo').map((bill) => ({
      ...pick(leaf(bill), BILL), lines: all(bill, 'InvoiceDetail').map((line) => pick(leaf(line), LINE)),
    }));
  },
};

const same = (bills) => JSON.stringify(bills.map((bill) => [...BILL.map((name) => bill[name]), ...bill.lines.map(
  (line) => LINE.map((name) => line[name]))]));
const names = Object.keys(READERS);
const expected = same(READERS[names[0]]());
const rounds = Object.fromEntries(names.map((name) => [name, []]));
for (const name of names) {
  if (same(READERS[name]()) !== expected) throw new Error(`${name} reads something else`);
  for (let time = 0; time < 150; time += 1) READERS[name]();
}
for (let round = 0; round < 7; round += 1) {
  for (const name of names) {
    const before = process.cpuUsage();
    for (let time = 0; time < 40; time += 1) READERS[name]();
    const { user, system } = process.cpuUsage(before);
    rounds[name].push((user + system) / 40_000);
  }
}
console.log(JSON.stringify({ bytes: reply.length, cpuMs: rounds }));
