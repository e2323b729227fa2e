"""The operations that are to be worked out at start: what is wrong with them is a warning, for the gateway starts."""

import pytest

from gateway.check import State
from tests.gateway.check.support import Config, Found

pytestmark = pytest.mark.usefixtures("quick")


async def _checked(config: Config, *texts: str) -> Found:
    config.only_crm()
    folder = config.folder / "operations"
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / f"{number}.graphql").write_text(text, encoding="utf-8")
    config.set("plans.warm_up", ["operations"])
    return await config.check()


async def test_without_any_there_is_no_row(config: Config) -> None:
    config.only_crm()

    assert [] == (await config.check()).of("operations")


async def test_good_ones_are_well(config: Config) -> None:
    (row,) = (await _checked(config, "{ __typename }", "query A { __typename }")).of("operations")

    assert State.OK is row.state
    assert "All of them can be worked out at start." == row.why


async def test_each_that_cannot_be_worked_out_is_a_warning_with_its_file_and_name(config: Config) -> None:
    found = await _checked(config, "query Good { __typename } query Bad { nothing }", "{ line(")
    bad, broken = found.of("operations")

    assert (State.WARNING, State.WARNING) == (bad.state, broken.state)
    assert bad.where.endswith("0.graphql: Bad")
    assert "Cannot query field 'nothing' on type 'Query'." == bad.why
    assert broken.where.endswith("1.graphql")
    assert "Is not valid GraphQL; look at line 1." == broken.why
    assert "plans.warm_up" in bad.do


async def test_the_limits_of_the_file_hold(config: Config) -> None:
    config.set("limits.max_depth", 1)
    (row,) = (await _checked(config, '{ line(by: {msisdn: "1234"}) { id } }')).of("operations")

    assert State.WARNING is row.state
    assert row.why.startswith("At most 1 ")


async def test_a_wrong_section_is_told_once(config: Config) -> None:
    config.set("plans.warm_up", 7)
    found = await config.check()

    assert [] == found.of("operations")
    assert 1 == len([row for row in found.bad if "plans.warm_up" in row.where])
