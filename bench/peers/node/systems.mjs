// The four systems, each asked the way it wants to be, and their replies in the words of the graph.
import { Pool } from 'undici';
import { record, reader } from './records.mjs';
import { instant, moment, money } from './values.mjs';

const pools = new Map();
const pool = (origin) => {
  if (!pools.has(origin)) pools.set(origin, new Pool(origin, { connections: 128, pipelining: 1 }));
  return pools.get(origin);
};
const UPSTREAM = `http://127.0.0.1:${process.env.UPSTREAM}`;
const BILLING = `http://127.0.0.1:${process.env.BILLING}`;

const envelope = (body, header = '') =>
  `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">${header}`
  + `<s:Body>${body}</s:Body></s:Envelope>`;

async function soap(origin, path, action, body) {
  const headers = { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${action}"` };
  const reply = await pool(origin).request({ path, method: 'POST', headers, body });
  if (reply.statusCode !== 200) throw new Error('the system answered with an error');
  return reply.body.text();
}

const stamp = (date) => date.toISOString().replace(/[-:T]/g, '').slice(0, 14);
function period(prefix) {
  const now = Date.now();
  const [start, end] = [stamp(new Date(now - 730 * 86_400_000)), stamp(new Date(now))];
  return `<${prefix}:StartTime>${start}</${prefix}:StartTime><${prefix}:EndTime>${end}</${prefix}:EndTime>`;
}

const escaped = (text) => text.replace(/[<&>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const id = (...parts) => Buffer.from(parts.join('\0')).toString('base64url');

const FIELDS = 'id%2Cname%2Cstatus%2CstatusReason%2CvalidFor%2Ccharacteristic%2CcreditProfile%2Caccount';
const BASIC = `Basic ${Buffer.from('switchboard:secret').toString('base64')}`;

export async function customer(number) {
  const path = `/tmf-api/customerManagement/v4/customer/${encodeURIComponent(number)}?fields=${FIELDS}`;
  const reply = await pool(UPSTREAM).request({ path, method: 'GET', headers: { authorization: BASIC } });
  if (reply.statusCode !== 200) throw new Error('the system answered with an error');
  const found = await reply.body.json();
  return {
    id: id('customer', found.id),
    customerNumber: found.id,
    name: found.name,
    status: found.status,
    statusReason: found.statusReason,
    validFor: { start: moment(found.validFor.startDateTime), end: moment(found.validFor.endDateTime) },
    characteristics: found.characteristic.map(({ name, value }) => ({ name, value })),
    creditProfiles: found.creditProfile.map((each) => ({
      judgedAt: moment(each.creditProfileDate), riskRating: each.creditRiskRating, score: each.creditScore,
    })),
    account: found.account[0].id,
  };
}

const readInvoices = reader(record([], {
  InvoiceInfo: record(
    ['AcctCode', 'InvoiceID', 'InvoiceNo', 'BillCycleBeginTime', 'BillCycleEndTime', 'InvoiceAmount', 'OpenAmount',
      'TaxAmount', 'CurrencyID', 'InvoiceDate', 'DueDate', 'Status'],
    {
      InvoiceDetail: record(
        ['InvoiceID', 'ServiceCategory', 'ChargeCode', 'ChargeAmount', 'DiscountAmt', 'TaxAmount', 'CurrencyID']),
    },
  ),
}));
const STATUSES = { O: 'OPEN', C: 'CLOSED' };

export async function bills(account, first) {
  const body = '<a:QueryInvoiceRequestMsg xmlns:a="http://www.huawei.com/bme/cbsinterface/arservices"'
    + ' xmlns:b="http://www.huawei.com/bme/cbsinterface/cbscommon" xmlns:r="http://cbs.huawei.com/ar/wsservice/arcommon">'
    + '<RequestHeader><b:Version>1</b:Version><b:BusinessCode>1</b:BusinessCode><b:MessageSeq>1</b:MessageSeq>'
    + '<b:OwnershipInfo><b:BEID>101</b:BEID></b:OwnershipInfo><b:AccessSecurity><b:LoginSystemCode>SWITCHBOARD'
    + '</b:LoginSystemCode><b:Password>secret</b:Password></b:AccessSecurity></RequestHeader><QueryInvoiceRequest>'
    + `<a:AcctAccessCode><r:AccountCode>${escaped(account)}</r:AccountCode></a:AcctAccessCode>`
    + `<a:TimePeriod>${period('a')}</a:TimePeriod></QueryInvoiceRequest></a:QueryInvoiceRequestMsg>`;
  const { InvoiceInfo: found = [] } = readInvoices(
    await soap(BILLING, '/services/ArServices', 'QueryInvoice', envelope(body)));
  found.sort((one, other) => (one.InvoiceDate < other.InvoiceDate ? 1 : one.InvoiceDate > other.InvoiceDate ? -1 : 0));
  return { totalCount: found.length, nodes: found.slice(0, first).map(bill) };
}

function bill(raw) {
  const currency = raw.CurrencyID;
  return {
    id: id('bill', raw.AcctCode, raw.InvoiceID),
    billNumber: raw.InvoiceNo,
    accountNumber: raw.AcctCode,
    status: STATUSES[raw.Status],
    period: { start: instant(raw.BillCycleBeginTime), end: instant(raw.BillCycleEndTime) },
    issuedAt: instant(raw.InvoiceDate),
    dueAt: instant(raw.DueDate),
    amount: money(raw.InvoiceAmount, currency),
    openAmount: money(raw.OpenAmount, currency),
    tax: money(raw.TaxAmount, currency),
    lines: (raw.InvoiceDetail ?? []).map((line) => ({
      number: line.InvoiceID,
      category: line.ServiceCategory,
      chargeCode: line.ChargeCode,
      amount: money(line.ChargeAmount, line.CurrencyID ?? currency),
      tax: money(line.TaxAmount, line.CurrencyID ?? currency),
      discount: money(line.DiscountAmt, line.CurrencyID ?? currency),
    })),
  };
}

const SERVICES = ['ts11', 'ts21', 'ts22', 'ts61', 'ts62', 'bs26', 'bs3g', 'clip', 'clir', 'colp', 'colr', 'hold', 'mpty',
  'ics', 'ofa', 'obrf', 'osb1', 'osb2', 'osb3', 'osb4', 'soclip', 'soclir', 'socolp', 'socb', 'socfb', 'socfrc', 'socfry',
  'socfu', 'sodcf', 'oick', 'tick', 'ocsist', 'tcsist', 'csp', 'cat', 'schar', 'rsa', 'dbsg', 'pdpcp', 'prbt', 'redmch'];
const GROUPS = { caw: ['provisionState', 'activationState'], nam: ['prov'] };
const CONDITIONS = { cfu: 'UNCONDITIONAL', cfb: 'BUSY', cfnry: 'NO_REPLY', cfnrc: 'NOT_REACHABLE' };
const FORWARDING = record(['provisionState', 'activationState', 'fnum']);
const readSubscription = reader(record([], {
  getResponseSubscription: record(
    ['imsi', 'msisdn', 'profileId', 'stype', 'obo', 'obi', 'obr', ...SERVICES],
    {
      gprs: record(['apnid']),
      ...Object.fromEntries(Object.keys(CONDITIONS).map((name) => [name, FORWARDING])),
      ...Object.fromEntries(Object.entries(GROUPS).map(([name, parts]) => [name, record(parts)])),
    },
  ),
}));
const state = (text) => (text === undefined || text === '' ? null : Number(text));
const flag = (text) => ({ 0: false, 1: true }[text] ?? null);

export async function network(msisdn) {
  const header = '<s:Header xmlns:c="http://schemas.ericsson.com/cai3g1.2/"><c:SessionId>secret</c:SessionId>'
    + '<c:TransactionId>1</c:TransactionId><c:SequenceId>1</c:SequenceId></s:Header>';
  const body = '<c:Get xmlns:c="http://schemas.ericsson.com/cai3g1.2/"'
    + ' xmlns:g="http://schemas.ericsson.com/ema/UserProvisioning/GsmHlr/">'
    + '<c:MOType>Subscription@http://schemas.ericsson.com/ema/UserProvisioning/GsmHlr/</c:MOType>'
    + `<c:MOId><g:msisdn>${escaped(msisdn)}</g:msisdn></c:MOId></c:Get>`;
  const reply = readSubscription(await soap(UPSTREAM, '/services/CAI3G1.2', 'CAI3G#Get', envelope(body, header)));
  const found = reply.getResponseSubscription[0];
  const services = SERVICES.filter((name) => found[name] !== undefined)
    .map((name) => ({ name, state: Number(found[name]) }));
  for (const [name, parts] of Object.entries(GROUPS)) {
    for (const part of parts) {
      const told = found[name]?.[0][part];
      if (told !== undefined) services.push({ name: `${name}.${part}`, state: Number(told) });
    }
  }
  return {
    imsi: found.imsi,
    profileId: found.profileId,
    subscriberType: found.stype,
    barring: { outgoing: state(found.obo), incoming: state(found.obi), roaming: state(found.obr) },
    callForwarding: Object.entries(CONDITIONS).filter(([name]) => found[name]).map(([name, condition]) => ({
      condition, active: flag(found[name][0].activationState), forwardTo: found[name][0].fnum ?? null,
    })),
    services: services.sort((one, other) => (one.name < other.name ? -1 : 1)),
    apns: [...new Set((found.gprs ?? []).map((each) => each.apnid))],
    locked: null,
  };
}

const readRecharges = reader(record([], {
  RechargeLog: record(['SubscriberNo', 'TradeTime', 'ErrorType', 'RechargeType', 'Batch', 'Sequence', 'OldBalance',
    'NewBalance', 'RechargeAmt', 'Currency']),
}));

export async function recharges(msisdn, first) {
  const body = '<m:VoucherRechargeEnquiryRequestMsg xmlns:m="http://www.huawei.com/bme/cbsinterface/cbs/accountmgrmsg"'
    + ' xmlns:o="http://www.huawei.com/bme/cbsinterface/common" xmlns:n="http://www.huawei.com/bme/cbsinterface/cbs/accountmgr">'
    + '<RequestHeader><o:CommandId>VoucherRechargeEnquiry</o:CommandId><o:Version>1</o:Version><o:TransactionId/>'
    + '<o:SequenceId>1</o:SequenceId><o:RequestType>Event</o:RequestType><o:SessionEntity><o:Name>switchboard</o:Name>'
    + '<o:Password>secret</o:Password><o:RemoteAddress>127.0.0.1</o:RemoteAddress></o:SessionEntity><o:SerialNo>1'
    + '</o:SerialNo></RequestHeader><VoucherRechargeEnquiryRequest>'
    + `<n:SubscriberNo>${escaped(msisdn.slice(3))}</n:SubscriberNo>${period('n')}`
    + '</VoucherRechargeEnquiryRequest></m:VoucherRechargeEnquiryRequestMsg>';
  const { RechargeLog: found = [] } = readRecharges(
    await soap(UPSTREAM, '/services/CBSInterfaceAccountMgrService', 'VoucherRechargeEnquiry', envelope(body)));
  found.sort((one, other) => (one.TradeTime < other.TradeTime ? 1 : one.TradeTime > other.TradeTime ? -1 : 0));
  return {
    totalCount: found.length,
    nodes: found.slice(0, first).map((raw) => ({
      id: id('recharge', raw.SubscriberNo, raw.TradeTime, raw.Batch, raw.Sequence),
      rechargedAt: instant(raw.TradeTime),
      result: raw.ErrorType === '0' ? 'SUCCEEDED' : 'FAILED',
      kind: raw.RechargeType,
      amount: money(raw.RechargeAmt, raw.Currency || 'EUR'),
      balanceBefore: money(raw.OldBalance, raw.Currency || 'EUR'),
      balanceAfter: money(raw.NewBalance, raw.Currency || 'EUR'),
    })),
  };
}
