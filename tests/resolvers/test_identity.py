"""Who is meant: every key, every way it can miss, and nothing personal in what is said about it."""

import json
from typing import Any

import pytest

from connectors.errors import NotKnown
from gateway.operations.outcome import Outcome
from resolvers.ids import IdCodec
from schema.source import Ref
from tests.resolvers.support import ACCOUNT, IMSI, MSISDN, FakeOperator, codes, presented

NUMBER = "1000042"
WHO = "query ($by: CustomerKey!) { customer(by: $by) { customerNumber } }"
WHICH = "query ($by: LineKey!) { line(by: $by) { msisdn } }"
SOMEBODY = {"customer": {"customerNumber": NUMBER}}
NOBODY = {"customer": None}
WRITTEN = [MSISDN, f"+{MSISDN}", f"00{MSISDN}", "060000042", "60000042"]
ABROAD = ["+447700900001", "00447700900001", "447700900001"]


def _altered(text: str, place: int) -> str:
    """*text* with another letter at *place*."""
    other = "A" if text[place] != "A" else "B"
    return text[:place] + other + text[place + 1 :]


class TestCustomer:
    @pytest.mark.parametrize("msisdn", WRITTEN)
    async def test_is_found_by_number_in_every_form_people_write(self, msisdn: str) -> None:
        assert SOMEBODY == (await FakeOperator().ask(WHO, by={"msisdn": msisdn})).data

    @pytest.mark.parametrize(
        "by", [{"accountNumber": ACCOUNT}, {"imsi": IMSI}, {"partyId": f"5{NUMBER}"}, {"id": NUMBER}]
    )
    async def test_is_found_by_the_keys_of_other_systems(self, by: dict[str, str]) -> None:
        assert SOMEBODY == (await FakeOperator().ask(WHO, by=by)).data

    async def test_is_found_by_the_id_that_the_graph_gave(self) -> None:
        operator = FakeOperator()
        given = await operator.ask("query ($by: CustomerKey!) { customer(by: $by) { id } }", by={"msisdn": MSISDN})
        assert given.data is not None

        assert SOMEBODY == (await operator.ask(WHO, by={"id": given.data["customer"]["id"]})).data

    async def test_has_the_same_id_whichever_key_led_there(self) -> None:
        query = "query ($by: CustomerKey!) { customer(by: $by) { id } }"
        keys: list[dict[str, str]] = [{"msisdn": MSISDN}, {"id": NUMBER}, {"imsi": IMSI}]

        answers = [(await FakeOperator().ask(query, by=by)).data for by in keys]

        assert answers[0] == answers[1] == answers[2]

    @pytest.mark.parametrize(
        "by",
        [
            {"id": "999"},
            {"partyId": "5999"},
            {"msisdn": "99969999999"},
            {"imsi": "999700000000099"},
            {"accountNumber": "A9"},
        ],
    )
    async def test_whom_nobody_knows_is_null_and_not_found(self, by: dict[str, str]) -> None:
        outcome = await FakeOperator().ask(WHO, by=by)

        assert NOBODY == outcome.data
        assert ["NOT_FOUND"] == codes(outcome)

    async def test_whose_account_only_billing_knows_is_not_found(self) -> None:
        operator = FakeOperator()
        operator.billing.lines = {"A-UNHEARD-OF": (MSISDN,)}

        assert ["NOT_FOUND"] == codes(await operator.ask(WHO, by={"msisdn": MSISDN}))

    async def test_whose_line_has_no_account_is_not_found(self) -> None:
        operator = FakeOperator()
        operator.billing.lines = {}
        operator.billing.without_accounts = True

        assert ["NOT_FOUND"] == codes(await operator.ask(WHO, by={"msisdn": MSISDN}))
        assert {"billing": {"profile": 1}} == operator.calls

    async def test_a_sim_without_a_number_leads_to_nobody(self) -> None:
        operator = FakeOperator()
        operator.hss.msisdn = None

        assert ["NOT_FOUND"] == codes(await operator.ask(WHO, by={"imsi": IMSI}))
        assert {"hss": {"profile_by_imsi": 1}} == operator.calls

    @pytest.mark.parametrize("by", [{"msisdn": MSISDN}, {"accountNumber": ACCOUNT}, {"imsi": IMSI}])
    async def test_that_could_be_two_people_is_ambiguous_and_none_is_told(self, by: dict[str, str]) -> None:
        operator = FakeOperator()
        operator.crm.accounts = {"1000042": (ACCOUNT,), "1000077": (ACCOUNT,)}

        outcome = await operator.ask(WHO, by=by)

        assert NOBODY == outcome.data
        assert ["AMBIGUOUS_IDENTITY"] == codes(outcome)
        told = json.dumps(presented(outcome))
        assert not any(word in told for word in ("1000042", "1000077", MSISDN, ACCOUNT, IMSI, "Customer 1000042"))

    async def test_the_same_customer_twice_in_one_answer_is_one_customer(self) -> None:
        operator = FakeOperator()
        operator.crm.twice = True

        assert SOMEBODY == (await operator.ask(WHO, by={"msisdn": MSISDN})).data


class TestNumbersOfOthers:
    @pytest.mark.parametrize("msisdn", [*ABROAD, "999600000421", "123"])
    async def test_are_bad_input_and_not_quoted(self, msisdn: str) -> None:
        operator = FakeOperator()

        outcome = await operator.ask(WHO, by={"msisdn": msisdn})

        assert ["BAD_INPUT"] == codes(outcome)
        assert msisdn.lstrip("+") not in json.dumps(presented(outcome))
        assert {} == operator.calls

    @pytest.mark.parametrize("msisdn", ["no number", "+99960000042x", "9996000004２"])
    async def test_that_are_no_numbers_never_reach_a_resolver(self, msisdn: str) -> None:
        outcome = await FakeOperator().ask(WHO, by={"msisdn": msisdn})

        assert not outcome.executed
        assert ["BAD_INPUT"] == codes(outcome)
        assert msisdn not in json.dumps(presented(outcome), ensure_ascii=False)


class TestIds:
    def _id(self, operator: FakeOperator, ref: Ref | None = None) -> str:
        return operator.ids.seal(ref or Ref("customer", "crm", (NUMBER,)))

    async def test_that_are_cut_short_are_bad_input(self) -> None:
        operator = FakeOperator()

        for length in range(3, len(self._id(operator))):
            assert ["BAD_INPUT"] == codes(await operator.ask(WHO, by={"id": self._id(operator)[:length]}))

    async def test_with_any_letter_altered_are_bad_input(self) -> None:
        operator = FakeOperator()
        sealed = self._id(operator)

        for place in range(3, len(sealed)):
            assert ["BAD_INPUT"] == codes(await operator.ask(WHO, by={"id": _altered(sealed, place)}))
        assert {} == operator.calls

    @pytest.mark.parametrize("text", ["sb1", "sb1!", "sb1ÄÖ", "sb1====", "sb1" + "A" * 5000])
    async def test_that_only_look_like_ids_are_bad_input(self, text: str) -> None:
        assert ["BAD_INPUT"] == codes(await FakeOperator().ask(WHO, by={"id": text}))

    async def test_made_with_another_secret_are_bad_input(self) -> None:
        forged = IdCodec([b"a guess"]).seal(Ref("customer", "crm", (NUMBER,)))

        assert ["BAD_INPUT"] == codes(await FakeOperator().ask(WHO, by={"id": forged}))

    async def test_of_another_kind_are_bad_input_and_say_what_is_needed(self) -> None:
        operator = FakeOperator()

        outcome = await operator.ask(WHO, by={"id": self._id(operator, Ref("line", "", (MSISDN,)))})

        (error,) = presented(outcome)
        assert "BAD_INPUT" == error["extensions"]["code"]
        assert "customer" in error["message"]

    async def test_of_a_system_that_is_no_longer_routed_are_not_found(self) -> None:
        operator = FakeOperator()

        outcome = await operator.ask(WHO, by={"id": self._id(operator, Ref("customer", "old-crm", (NUMBER,)))})

        assert ["NOT_FOUND"] == codes(outcome)


class TestLine:
    @pytest.mark.parametrize("msisdn", WRITTEN)
    async def test_has_one_number_however_it_was_written(self, msisdn: str) -> None:
        assert {"line": {"msisdn": MSISDN}} == (await FakeOperator().ask(WHICH, by={"msisdn": msisdn})).data

    async def test_is_found_by_the_imsi_of_its_sim(self) -> None:
        operator = FakeOperator()

        assert {"line": {"msisdn": MSISDN}} == (await operator.ask(WHICH, by={"imsi": IMSI})).data
        assert {"hss": {"profile_by_imsi": 1}} == operator.calls

    async def test_by_imsi_already_has_its_network_profile(self) -> None:
        operator = FakeOperator()

        await operator.ask(f'{{ line(by: {{imsi: "{IMSI}"}}) {{ network {{ imsi }} }} }}')

        assert {"hss": {"profile_by_imsi": 1}} == operator.calls

    async def test_is_found_by_the_id_that_the_graph_gave(self) -> None:
        operator = FakeOperator()
        given = await operator.ask("query ($by: LineKey!) { line(by: $by) { id } }", by={"msisdn": MSISDN})
        assert given.data is not None

        assert {"line": {"msisdn": MSISDN}} == (await operator.ask(WHICH, by={"id": given.data["line"]["id"]})).data

    async def test_whose_imsi_nobody_knows_is_null_and_not_found(self) -> None:
        outcome = await FakeOperator().ask(WHICH, by={"imsi": "999700000000099"})

        assert {"line": None} == outcome.data
        assert ["NOT_FOUND"] == codes(outcome)

    @pytest.mark.parametrize("text", [MSISDN, "1000042", "", "x"])
    async def test_has_no_id_but_the_graphs_own(self, text: str) -> None:
        assert ["BAD_INPUT"] == codes(await FakeOperator().ask(WHICH, by={"id": text}))

    async def test_is_not_named_by_the_id_of_a_customer(self) -> None:
        operator = FakeOperator()
        sealed = operator.ids.seal(Ref("customer", "crm", (NUMBER,)))

        assert ["BAD_INPUT"] == codes(await operator.ask(WHICH, by={"id": sealed}))

    async def test_of_another_country_is_bad_input(self) -> None:
        assert ["BAD_INPUT"] == codes(await FakeOperator().ask(WHICH, by={"msisdn": ABROAD[0]}))


class TestOneKey:
    """Exactly one member of a key, whether it stands in the document or in the variables."""

    @pytest.mark.parametrize(
        "by",
        ["{}", '{id: "1000042", msisdn: "99960000042"}', "{id: null}", '{id: "1000042", imsi: null}'],
    )
    async def test_in_the_document_is_checked_before_anything_runs(self, by: str) -> None:
        self._is_refused(await FakeOperator().ask(f"{{ customer(by: {by}) {{ name }} }}"))

    @pytest.mark.parametrize(
        "by",
        [
            {},
            {"id": "1000042", "msisdn": MSISDN},
            {"id": None},
            {"id": "1000042", "imsi": None},
            "1000042",
            [],
            1,
            None,
        ],
    )
    async def test_in_a_variable_is_checked_before_anything_runs(self, by: Any) -> None:
        self._is_refused(await FakeOperator().ask(WHO, by=by))

    async def test_in_a_list_is_checked_before_anything_runs(self) -> None:
        by = [{"id": "1000042"}, {"id": "1000042", "msisdn": MSISDN}]

        self._is_refused(
            await FakeOperator().ask("query ($by: [CustomerKey!]!) { customers(by: $by) { name } }", by=by)
        )

    async def test_left_out_by_its_variable_is_bad_input(self) -> None:
        outcome = await FakeOperator().ask("query ($id: ID) { customer(by: {id: $id}) { name } }")

        assert ["BAD_INPUT"] == codes(outcome)

    def _is_refused(self, outcome: Outcome) -> None:
        assert not outcome.executed
        assert {"BAD_INPUT"} == set(codes(outcome))
        assert MSISDN not in json.dumps(presented(outcome))


class TestCustomers:
    QUERY = "query ($by: [CustomerKey!]!) { customers(by: $by) { customerNumber } }"

    async def test_come_in_the_order_of_their_keys(self) -> None:
        operator = FakeOperator()
        operator.crm.accounts = {"1": ("A1",), "2": ("A2",)}

        outcome = await operator.ask(self.QUERY, by=[{"id": "2"}, {"id": "1"}, {"id": "2"}])

        assert {
            "customers": [{"customerNumber": "2"}, {"customerNumber": "1"}, {"customerNumber": "2"}]
        } == outcome.data

    async def test_that_fail_are_null_in_their_place_and_leave_the_others_alone(self) -> None:
        by = [{"id": "999"}, {"id": NUMBER}, {"msisdn": ABROAD[0]}]

        outcome = await FakeOperator().ask(self.QUERY, by=by)

        assert {"customers": [None, {"customerNumber": NUMBER}, None]} == outcome.data
        found = {tuple(error["path"]): error["extensions"]["code"] for error in presented(outcome)}
        assert {("customers", 0): "NOT_FOUND", ("customers", 2): "BAD_INPUT"} == found

    async def test_lose_only_those_whose_system_is_ill(self) -> None:
        operator = FakeOperator()
        operator.billing.failure = NotKnown("nobody", system="billing")

        outcome = await operator.ask(self.QUERY, by=[{"msisdn": MSISDN}, {"id": NUMBER}])

        assert {"customers": [None, {"customerNumber": NUMBER}]} == outcome.data

    async def test_of_no_keys_are_none(self) -> None:
        assert {"customers": []} == (await FakeOperator().ask(self.QUERY, by=[])).data

    async def test_may_be_fifty(self) -> None:
        outcome = await FakeOperator().ask(self.QUERY, by=[{"id": NUMBER}] * 50)

        assert outcome.data is not None
        assert 50 == len(outcome.data["customers"])

    async def test_beyond_fifty_are_refused_before_any_system_is_asked(self) -> None:
        operator = FakeOperator()

        outcome = await operator.ask(self.QUERY, by=[{"id": NUMBER}] * 51)

        assert ["BAD_INPUT"] == codes(outcome)
        assert {} == operator.calls
