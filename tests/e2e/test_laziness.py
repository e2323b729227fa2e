"""Over real HTTP, counted by the sandbox: a question costs what it selects, and nothing is asked twice."""

from sandbox.population.numbering import LineKey, customer_id
from tests.conftest import RunningGateway


def test_a_customers_own_fields_cost_one_tmf629_call(running_gateway: RunningGateway) -> None:
    customer = running_gateway.stories()["unexplained-charge"]["customerId"]

    answer = running_gateway.ask("query ($id: ID!) { customer(by: {id: $id}) { id name status } }", id=customer)

    assert "errors" not in answer
    assert answer["data"]["customer"]["name"]
    assert {"crm": {"GET /customer": 1}} == running_gateway.calls()


def test_contact_fields_cost_one_tmf632_call_more(running_gateway: RunningGateway) -> None:
    customer = running_gateway.stories()["unexplained-charge"]["customerId"]

    answer = running_gateway.ask(
        "query ($id: ID!) { customer(by: {id: $id}) { id name status party { contactMedia { emailAddress } } } }",
        id=customer,
    )

    assert "errors" not in answer
    assert any(medium["emailAddress"] for medium in answer["data"]["customer"]["party"]["contactMedia"])
    assert {"crm": {"GET /customer": 1, "GET /individual": 1}} == running_gateway.calls()


def test_a_line_by_number_costs_one_ucip_and_one_cai3g_call(running_gateway: RunningGateway) -> None:
    msisdn = running_gateway.stories()["data-nearly-used"]["msisdn"]

    answer = running_gateway.ask(
        "query ($n: MSISDN!) { line(by: {msisdn: $n}) { balances { name money { amount } } network { imsi } } }",
        n=msisdn,
    )

    assert "errors" not in answer
    assert answer["data"]["line"]["balances"]
    assert answer["data"]["line"]["network"]["imsi"]
    assert {"recharge": {"GetBalanceAndDate": 1}, "hss": {"Get": 1}} == running_gateway.calls()


def test_the_readmes_full_question_asks_each_operation_at_most_once(running_gateway: RunningGateway) -> None:
    story = running_gateway.stories()["unexplained-charge"]
    by_number = story["question"]
    by_id = by_number.replace(f'msisdn: "{story["msisdn"]}"', f'id: "{story["customerId"]}"')
    assert by_id != by_number
    allowed = {
        "crm": {"GET /customer": 1, "GET /individual": 1},
        "billing": {"QueryCustomerInfo": 1, "QueryInvoice": 1, "QueryPaymentLog": 1, "QuerySumBalanceAndCredit": 1},
        "hss": {"Get": 1},
        "recharge": {"GetBalanceAndDate": 1, "GetAccountDetails": 1, "VoucherRechargeEnquiry": 1},
    }

    for question in (by_number, by_id):
        running_gateway.forget_calls()
        answer = running_gateway.ask(question)

        assert "errors" not in answer
        customer = answer["data"]["customer"]
        assert 12 == len(customer["bills"]["nodes"])
        assert all(bill["lines"] for bill in customer["bills"]["nodes"])
        (line,) = customer["lines"]["nodes"]
        assert line["network"]
        assert line["balances"]
        assert 20 == len(line["recharges"]["nodes"])
        assert allowed == running_gateway.calls()


def test_twenty_customers_in_one_document_are_asked_for_together(running_gateway: RunningGateway) -> None:
    first = int(running_gateway.stories()["unexplained-charge"]["customerId"])
    ids = [str(first + n) for n in range(20)]
    aliases = " ".join(f'c{n}: customer(by: {{id: "{i}"}}) {{ name party {{ name }} }}' for n, i in enumerate(ids))

    answer = running_gateway.ask(f"{{ {aliases} }}")

    assert "errors" not in answer
    assert 20 == len([customer for customer in answer["data"].values() if customer["name"]])
    calls = running_gateway.calls()
    assert ["crm"] == list(calls)
    assert 1 == calls["crm"]["GET /customer"]
    assert calls["crm"].get("GET /individual", 0) <= 1
    assert calls["crm"].get("GET /organization", 0) <= 1


def test_the_same_line_under_many_aliases_is_asked_for_once(running_gateway: RunningGateway) -> None:
    msisdn = running_gateway.stories()["data-nearly-used"]["msisdn"]
    forms = [msisdn, "+" + msisdn, msisdn[3:], "0" + msisdn[3:], "00" + msisdn]
    aliases = " ".join(
        f'l{n}: line(by: {{msisdn: "{form}"}}) {{ balances {{ name }} }}' for n, form in enumerate(forms)
    )

    answer = running_gateway.ask(f"{{ {aliases} }}")

    assert "errors" not in answer
    assert {"recharge": {"GetBalanceAndDate": 1}} == running_gateway.calls()


def test_twenty_customers_by_number_are_looked_up_in_crm_together(running_gateway: RunningGateway) -> None:
    numbers = [LineKey(customer, 0).msisdn for customer in range(20, 40)]
    aliases = " ".join(f'c{n}: customer(by: {{msisdn: "{m}"}}) {{ customerNumber }}' for n, m in enumerate(numbers))

    answer = running_gateway.ask(f"{{ {aliases} }}")

    assert "errors" not in answer
    expected = [customer_id(customer) for customer in range(20, 40)]
    assert expected == [answer["data"][f"c{n}"]["customerNumber"] for n in range(20)]
    assert {"crm": {"GET /customer": 1}, "billing": {"QueryCustomerInfo": 20}} == running_gateway.calls()
