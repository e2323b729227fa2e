"""The numbering plan: one stored form, each system's own form, and never a guess between two numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.numbering import NotInPlanError, NumberForm, NumberingPlan

PLAN = NumberingPlan(country_code="999", lengths=frozenset({8}))

national = st.from_regex(r"[0-9]{8}", fullmatch=True).filter(str.isascii)


@pytest.mark.parametrize("text", ["+99960000042", "0099960000042", "99960000042", "060000042", "60000042"])
def test_every_way_to_type_a_number_is_one_number(text):
    assert "99960000042" == PLAN.normalise(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "6000004",
        "600000421",
        "+4760000042",
        "004760000042",
        "abcdefgh",
        "+999abcdefgh",
        "6000 042",
        "6000004２",
        "６００００００４２",
        "+９９９60000042",
        "60000042\n",
        "+099960000042",
        "++99960000042",
    ],
)
def test_what_is_no_number_of_the_plan_is_refused(text):
    with pytest.raises(NotInPlanError):
        PLAN.normalise(text)


def test_a_number_that_reads_two_ways_is_refused_unless_written_with_plus():
    plan = NumberingPlan(country_code="60", lengths=frozenset({8, 10}))

    with pytest.raises(NotInPlanError, match="two ways"):
        plan.normalise("6012345678")
    assert "6012345678" == plan.normalise("+6012345678")
    assert "606012345678" == plan.normalise("+606012345678")


OVERLAPPING = NumberingPlan(country_code="62", lengths=frozenset({9, 10, 11, 12}))


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("62812345678", {"62812345678", "6262812345678"}),
        ("+62812345678", {"62812345678"}),
        ("0062812345678", {"62812345678", "62062812345678"}),
        ("0812345678", {"62812345678", "620812345678"}),
        ("812345678", {"62812345678"}),
        ("+44812345678", set()),
        ("tv-7", set()),
        ("", set()),
        ("+", set()),
        ("++62812345678", set()),
    ],
)
def test_every_reading_of_a_number_is_told(text, readings):
    assert readings == OVERLAPPING.readings(text)


@given(st.text(alphabet="+0123456789", max_size=16))
def test_what_has_one_reading_is_normalised_to_it_and_nothing_else_is(text):
    try:
        assert {OVERLAPPING.normalise(text)} == OVERLAPPING.readings(text)
    except NotInPlanError:
        assert 1 != len(OVERLAPPING.readings(text))


def test_a_plan_without_a_national_prefix():
    plan = NumberingPlan(country_code="47", national_prefix="", lengths=frozenset({8}))

    assert "4792000042" == plan.normalise("92000042")
    assert "92000042" == plan.write("4792000042", NumberForm.NATIONAL)
    assert "4792000042" == plan.read("92000042", NumberForm.NATIONAL)


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (NumberForm.INTERNATIONAL, "99960000042"),
        (NumberForm.PLUS, "+99960000042"),
        (NumberForm.NATIONAL, "060000042"),
        (NumberForm.NATIONAL_SIGNIFICANT, "60000042"),
    ],
)
def test_each_form(form, written):
    assert written == PLAN.write("99960000042", form)
    assert "99960000042" == PLAN.read(written, form)


@pytest.mark.parametrize("form", NumberForm)
@pytest.mark.parametrize("msisdn", ["4760000042", "9996000004", "999600000421", "60000042"])
def test_a_number_of_another_plan_is_never_written(msisdn, form):
    """
    Cutting "999" off "4760000042" would ask about 0000042.
    """
    with pytest.raises(NotInPlanError):
        PLAN.write(msisdn, form)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("60000042", NumberForm.INTERNATIONAL),
        ("99960000042", NumberForm.NATIONAL_SIGNIFICANT),
        ("60000042", NumberForm.NATIONAL),
        ("+6000004", NumberForm.NATIONAL_SIGNIFICANT),
        ("+060000042", NumberForm.NATIONAL),
        ("4760000042", NumberForm.INTERNATIONAL),
        ("9996000004x", NumberForm.INTERNATIONAL),
        ("", NumberForm.INTERNATIONAL),
    ],
)
def test_a_number_not_of_the_systems_form_is_refused(text, form):
    with pytest.raises(NotInPlanError):
        PLAN.read(text, form)


def test_a_plus_is_no_digit_even_where_the_length_fits():
    plan = NumberingPlan(country_code="47", national_prefix="", lengths=frozenset({8}))

    for form in (NumberForm.NATIONAL, NumberForm.NATIONAL_SIGNIFICANT):
        with pytest.raises(NotInPlanError):
            plan.read("+9200004", form)


def test_an_error_does_not_quote_the_number():
    with pytest.raises(NotInPlanError) as caught:
        PLAN.normalise("4760000042")

    assert "60000042" not in str(caught.value)


@given(national, st.sampled_from(NumberForm))
def test_what_is_written_reads_back(significant, form):
    msisdn = "999" + significant

    assert msisdn == PLAN.read(PLAN.write(msisdn, form), form)


@given(national)
def test_a_typed_number_is_read_one_way(significant):
    msisdn = "999" + significant

    assert {msisdn} == {PLAN.normalise(text) for text in ("+" + msisdn, "00" + msisdn, "0" + significant)}


@given(st.text(max_size=16))
def test_any_text_gives_digits_of_the_plan_or_an_error(text):
    try:
        msisdn = PLAN.normalise(text)
    except NotInPlanError:
        return
    assert msisdn.isascii()
    assert msisdn.isdigit()
    assert 11 == len(msisdn)
    assert msisdn.startswith("999")
