"""What the gateway writes about itself: enough for the engineer on call, and nothing about a subscriber."""

import json

from tests.conftest import RunningGateway

QUESTION = """
query ($number: MSISDN!, $customer: ID!) {
  customer(by: {msisdn: $number}) { name party { contactMedia { emailAddress } } bills { nodes { id } } }
  byId: customer(by: {id: $customer}) { name }
  line(by: {msisdn: $number}) { network { imsi } balances { name } recharges { totalCount } }
}
"""


def test_a_whole_run_of_trouble_leaves_no_number_name_or_secret_in_the_log(running_gateway: RunningGateway) -> None:
    story = running_gateway.stories()["unexplained-charge"]
    well = running_gateway.ask(story["question"])["data"]["customer"]
    numbers = {"number": story["msisdn"], "customer": story["customerId"]}
    for kind in ("fault", "html", "garbage", "cut", "off"):
        for system in ("crm", "billing", "hss", "recharge"):
            running_gateway.fault(system, kind)
        running_gateway.ask(QUESTION, **numbers)
        running_gateway.heal()
    running_gateway.ask(QUESTION, number="60000000", customer="nobody")

    log = "".join(running_gateway.log.kept)

    assert "call_failed" in log
    email = next(m["emailAddress"] for m in well["party"]["contactMedia"] if m["emailAddress"])
    imsi = well["lines"]["nodes"][0]["network"]["imsi"]
    account = well["accounts"][0]["accountNumber"]
    for secret in (story["msisdn"], story["msisdn"][3:], story["customerId"], well["name"], email, imsi, account):
        assert secret not in log
    assert "pretend" not in log.replace("The pretend operator", "")
    assert "Traceback" not in log


def test_a_lost_field_can_be_found_in_the_log_by_its_request_id(running_gateway: RunningGateway) -> None:
    story = running_gateway.stories()["unexplained-charge"]
    running_gateway.fault("hss", "off")

    answer = running_gateway.ask(QUESTION, number=story["msisdn"], customer=story["customerId"])

    (error,) = answer["errors"]
    line = running_gateway.log.wait_for(error["extensions"]["requestId"], seconds=60)
    assert "call_failed" in line
    assert "system=hss" in line
    assert story["msisdn"] not in json.dumps(error)
