import copy
from typing import Any

from bench.sameness import mesh, plain

MONEY = {"amount": "12.50", "currency": "EUR"}
PLAIN: dict[str, Any] = {
    "customer": {
        "id": "sealed",
        "customerNumber": "2000001",
        "name": "Somebody",
        "status": "active",
        "statusReason": None,
        "validFor": {"start": "2020-11-21T23:00:00Z", "end": None},
        "characteristics": [{"name": "segment", "value": "mass"}],
        "creditProfiles": [{"judgedAt": "2020-11-21T23:00:00Z", "riskRating": 2, "score": 337}],
        "bills": {
            "nodes": [
                {
                    "id": "sealed",
                    "billNumber": "100000000012",
                    "accountNumber": "A2000001",
                    "status": "OPEN",
                    "period": {"start": "2026-09-30T22:00:00Z", "end": "2026-10-31T23:00:00Z"},
                    "issuedAt": "2026-11-02T07:30:00+00:00",
                    "dueAt": "2026-11-25T23:00:00Z",
                    "amount": MONEY,
                    "openAmount": MONEY,
                    "tax": MONEY,
                    "lines": [
                        {
                            "number": "1",
                            "category": "C01",
                            "chargeCode": "C",
                            "amount": MONEY,
                            "tax": MONEY,
                            "discount": MONEY,
                        }
                    ],
                }
            ]
        },
    },
    "line": {
        "id": "sealed",
        "msisdn": "99960000001",
        "network": {
            "imsi": "999700000000001",
            "profileId": "9",
            "subscriberType": "3",
            "barring": {"outgoing": 0, "incoming": 0, "roaming": 1},
            "callForwarding": [{"condition": "BUSY", "active": True, "forwardTo": "999123"}],
            "services": [{"name": "ts11", "state": 1}, {"name": "caw.provisionState", "state": 1}],
            "apns": ["1", "20"],
            "locked": None,
        },
        "recharges": {
            "nodes": [
                {
                    "rechargedAt": "2026-11-15T12:09:44Z",
                    "result": "SUCCEEDED",
                    "kind": "0",
                    "amount": MONEY,
                    "balanceBefore": MONEY,
                    "balanceAfter": MONEY,
                }
            ]
        },
    },
}
UNITS = {"InvoiceAmount": 1250, "OpenAmount": 1250, "TaxAmount": 1250}
MESH: dict[str, Any] = {
    "customer": {
        "id": "2000001",
        "name": "Somebody",
        "status": "active",
        "statusReason": None,
        "validFor": {"startDateTime": "2020-11-22T00:00:00+01:00", "endDateTime": None},
        "characteristic": [{"name": "segment", "value": "mass"}],
        "creditProfile": [
            {"creditProfileDate": "2020-11-22T00:00:00+01:00", "creditRiskRating": 2, "creditScore": 337}
        ],
        "invoices": {
            "QueryInvoiceResult": {
                "InvoiceInfo": [
                    {
                        "InvoiceNo": "100000000012",
                        "AcctCode": "A2000001",
                        "Status": "O",
                        "BillCycleBeginTime": "20261001000000",
                        "BillCycleEndTime": "20261101000000",
                        "InvoiceDate": "20261102083000",
                        "DueDate": "20261126000000",
                        "CurrencyID": "1102",
                        **UNITS,
                        "InvoiceDetail": [
                            {
                                "InvoiceID": "1",
                                "ServiceCategory": "C01",
                                "ChargeCode": "C",
                                "ChargeAmount": 1250,
                                "TaxAmount": 1250,
                                "DiscountAmt": 1250,
                            }
                        ],
                    }
                ]
            }
        },
    },
    "Subscription": {
        "MOAttributes": {
            "getResponseSubscription": {
                "imsi": "999700000000001",
                "msisdn": "99960000001",
                "profileId": "9",
                "stype": "3",
                "obo": 0,
                "obi": 0,
                "obr": 1,
                "ts11": 1,
                "clip": None,
                "caw": {"provisionState": 1, "activationState": None},
                "cfu": None,
                "cfb": {"activationState": 1, "fnum": "999123"},
                "cfnry": None,
                "cfnrc": None,
                "gprs": [{"apnid": "1"}, {"apnid": "20"}],
            }
        }
    },
    "VoucherRechargeEnquiry": {
        "VoucherRechargeEnquiryResult": {
            "RechargeLog": [
                {
                    "TradeTime": "20261115130944",
                    "ErrorType": "0",
                    "RechargeType": "0",
                    "RechargeAmt": 1250,
                    "OldBalance": 1250,
                    "NewBalance": 1250,
                    "Currency": None,
                }
            ]
        }
    },
}


def test_the_same_answer_in_two_forms_is_the_same():
    assert plain(PLAIN) == mesh(MESH)


def test_ids_may_differ():
    other = copy.deepcopy(PLAIN)
    other["customer"]["id"] = "another"

    assert plain(PLAIN) == plain(other)


def test_a_cent_makes_a_difference():
    other = copy.deepcopy(PLAIN)
    other["customer"]["bills"]["nodes"][0]["lines"][0]["tax"] = {"amount": "12.51", "currency": "EUR"}

    assert plain(PLAIN) != plain(other)


def test_a_missing_recharge_makes_a_difference():
    other = copy.deepcopy(MESH)
    other["VoucherRechargeEnquiry"]["VoucherRechargeEnquiryResult"]["RechargeLog"] = []

    assert plain(PLAIN) != mesh(other)
