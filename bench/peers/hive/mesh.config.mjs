// Composes the four systems into one supergraph for Hive Gateway. The loader of WSDLs that npm has is older than the
// transport that runs its result, so what it would make of the sandbox's WSDLs is written here by hand, with the elements
// that the question needs. The ports 41001 (systems) and 41002 (billing) are replaced when a benchmark begins.
import { defineConfig } from '@graphql-mesh/compose-cli';
import { loadOpenAPISubgraph } from '@omnigraph/openapi';
import { buildSchema } from 'graphql';

const UPSTREAM = 'http://127.0.0.1:41001';
const BILLING = 'http://127.0.0.1:41002';
const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';

const DIRECTIVES = /* GraphQL */ `
  directive @transport(kind: String, subgraph: String, location: String) repeatable on SCHEMA
  directive @soap(
    elementName: String bindingNamespace: String soapNamespace: String endpoint: String subgraph: String
    soapAction: String
  ) on FIELD_DEFINITION
`;

function soapSubgraph(name, endpoint, sdl) {
  const head = `schema @transport(kind: "soap", subgraph: "${name}", location: "${endpoint}") { query: Query }`;
  return { sourceHandler: () => ({ name, schema$: buildSchema(head + DIRECTIVES + sdl, { assumeValid: true, assumeValidSDL: true }) }) };
}

const soap = (name, endpoint, namespace, action, element) =>
  `@soap(elementName: "${element}", bindingNamespace: "${namespace}", soapNamespace: "${SOAP}", endpoint: "${endpoint}", `
  + `subgraph: "${name}", soapAction: "${action}")`;

const INVOICES = `${BILLING}/services/ArServices`;
const billing = soapSubgraph('billing', INVOICES, /* GraphQL */ `
  type Query {
    QueryInvoice(QueryInvoiceRequestMsg: QueryInvoiceRequestMsgInput): QueryInvoiceResultMsg
      ${soap('billing', INVOICES, 'http://www.huawei.com/bme/cbsinterface/arservices', 'QueryInvoice', 'QueryInvoiceResultMsg')}
  }
  input QueryInvoiceRequestMsgInput { RequestHeader: CbsRequestHeaderInput QueryInvoiceRequest: QueryInvoiceRequestInput }
  input CbsRequestHeaderInput {
    Version: String BusinessCode: String MessageSeq: String OwnershipInfo: OwnershipInfoInput
    AccessSecurity: AccessSecurityInput
  }
  input OwnershipInfoInput { BEID: String }
  input AccessSecurityInput { LoginSystemCode: String Password: String }
  input QueryInvoiceRequestInput { AcctAccessCode: AcctAccessCodeInput TimePeriod: TimePeriodInput }
  input AcctAccessCodeInput { AccountCode: String }
  input TimePeriodInput { StartTime: String EndTime: String }
  type QueryInvoiceResultMsg { QueryInvoiceResult: QueryInvoiceResult }
  type QueryInvoiceResult { InvoiceInfo: [InvoiceInfo] }
  type InvoiceInfo {
    AcctCode: String InvoiceID: String InvoiceNo: String BillCycleBeginTime: String BillCycleEndTime: String
    InvoiceAmount: Float OpenAmount: Float TaxAmount: Float CurrencyID: String InvoiceDate: String DueDate: String
    Status: String InvoiceDetail: [InvoiceDetail]
  }
  type InvoiceDetail {
    InvoiceID: String ServiceCategory: String ChargeCode: String ChargeAmount: Float DiscountAmt: Float TaxAmount: Float
    CurrencyID: String
  }
`);

const SERVICES = ['ts11', 'ts21', 'ts22', 'bs26', 'bs3g', 'clip', 'clir', 'hold', 'ics', 'ofa', 'obrf', 'osb2', 'osb3',
  'osb4', 'soclip', 'soclir', 'socb', 'socfb', 'socfrc', 'socfu', 'oick', 'ocsist', 'tcsist', 'csp', 'cat', 'schar', 'rsa',
  'dbsg', 'pdpcp', 'prbt', 'redmch'];
const PROVISIONING = `${UPSTREAM}/services/CAI3G1.2`;
const hss = soapSubgraph('hss', PROVISIONING, /* GraphQL */ `
  type Query {
    Subscription(Get: GetInput): GetResponse
      ${soap('hss', PROVISIONING, 'http://schemas.ericsson.com/cai3g1.2/', 'CAI3G#Get', 'GetResponse')}
  }
  input GetInput { MOType: String MOId: MOIdInput }
  input MOIdInput { msisdn: String }
  type GetResponse { MOAttributes: MOAttributes }
  type MOAttributes { getResponseSubscription: GsmSubscription }
  type GsmSubscription {
    imsi: String msisdn: String profileId: String stype: String obo: Int obi: Int obr: Int ${SERVICES.map((name) => `${name}: Int`).join(' ')}
    nam: GsmService caw: GsmService cfu: GsmService cfb: GsmService cfnry: GsmService cfnrc: GsmService gprs: [GsmContext]
  }
  type GsmService { prov: Int provisionState: Int activationState: Int fnum: String }
  type GsmContext { apnid: String }
`);

const ENQUIRY = `${UPSTREAM}/services/CBSInterfaceAccountMgrService`;
const history = soapSubgraph('history', ENQUIRY, /* GraphQL */ `
  type Query {
    VoucherRechargeEnquiry(VoucherRechargeEnquiryRequestMsg: EnquiryRequestMsgInput): EnquiryResultMsg
      ${soap('history', ENQUIRY, 'http://www.huawei.com/bme/cbsinterface/cbs/accountmgrmsg', 'VoucherRechargeEnquiry',
        'VoucherRechargeEnquiryResultMsg')}
  }
  input EnquiryRequestMsgInput { RequestHeader: OcsRequestHeaderInput VoucherRechargeEnquiryRequest: EnquiryRequestInput }
  input OcsRequestHeaderInput {
    CommandId: String Version: String TransactionId: String SequenceId: String RequestType: String
    SessionEntity: SessionEntityInput SerialNo: String
  }
  input SessionEntityInput { Name: String Password: String RemoteAddress: String }
  input EnquiryRequestInput { SubscriberNo: String StartTime: String EndTime: String }
  type EnquiryResultMsg { VoucherRechargeEnquiryResult: EnquiryResult }
  type EnquiryResult { RechargeLog: [RechargeLog] }
  type RechargeLog {
    SubscriberNo: String TradeTime: String ErrorType: String RechargeType: String RechargeAmt: Float OldBalance: Float
    NewBalance: Float Currency: String
  }
`);

export const composeConfig = defineConfig({
  subgraphs: [
    { sourceHandler: loadOpenAPISubgraph('crm', { source: './customer.openapi.json' }) },
    billing,
    hss,
    history,
  ],
  additionalTypeDefs: /* GraphQL */ `
    extend type Customer {
      invoices: QueryInvoiceResultMsg @resolveTo(
        sourceName: "billing"
        sourceTypeName: "Query"
        sourceFieldName: "QueryInvoice"
        requiredSelectionSet: "{ account { id } }"
        sourceArgs: {
          QueryInvoiceRequestMsg: {
            RequestHeader: {
              Version: "1", BusinessCode: "1", MessageSeq: "1", OwnershipInfo: { BEID: "101" },
              AccessSecurity: { LoginSystemCode: "SWITCHBOARD", Password: "secret" }
            }
            QueryInvoiceRequest: {
              AcctAccessCode: { AccountCode: "{root.account[0].id}" }
              TimePeriod: { StartTime: "20200101000000", EndTime: "20990101000000" }
            }
          }
        }
      )
    }
  `,
});
