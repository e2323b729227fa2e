"""What is left of a value that is masked: enough to recognise it, and too little to find somebody by."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.masking import HIDDEN, MASKS, Pseudonyms, masked
from schema.policy import Form


@pytest.mark.parametrize(
    ("form", "value", "shown"),
    [
        (Form.NUMBER, "447700900001", "447*****0001"),
        (Form.NUMBER, "+8613800138000", "+86*******8000"),
        (Form.NUMBER, "999700000000042", "999********0042"),
        (Form.NUMBER, "123456", "****56"),
        (Form.NUMBER, "12345", HIDDEN),
        (Form.NUMBER, "sip:ann@example.com", HIDDEN),
        (Form.NUMBER, "", HIDDEN),
        (Form.NAME, "王小明", "王**"),
        (Form.NAME, "欧阳娜娜", "欧**"),
        (Form.NAME, "Ann Example", "A*** E***"),
        (Form.NAME, "Anne-Marie O'Neil", "A*** M*** O*** N***"),
        (Form.NAME, "Customer 1000042", "C*** ***"),
        (Form.NAME, "  ", HIDDEN),
        (Form.GIVEN_NAME, "Ann", HIDDEN),
        (Form.IDENTIFIER, "A1000042", "****042"),
        (Form.IDENTIFIER, "1000042", HIDDEN),
        (Form.EMAIL, "ann@example.com", "a***@example.com"),
        (Form.EMAIL, "a@example.com", "***@example.com"),
        (Form.EMAIL, '"a b"@c"@example.com', '"***@example.com'),
        (Form.EMAIL, "not an address", HIDDEN),
        (Form.EMAIL, "@", HIDDEN),
        (Form.EMAIL, "@example.com", HIDDEN),
        (Form.ADDRESS, "1 High Street", HIDDEN),
        (Form.HIDDEN, "anything", None),
        (Form.HIDDEN, 512, None),
        (Form.NUMBER, 447700900001, None),
    ],
)
def test_each_form_shows_as_much_as_it_says(form: Form, value: Any, shown: str | None) -> None:
    assert shown == masked(form, value)


@given(form=st.sampled_from(list(Form)), text=st.text(st.characters(exclude_characters="*"), max_size=60))
def test_a_mask_never_fails_and_never_shows_the_value(form: Form, text: str) -> None:
    shown = masked(form, text)

    assert shown is None or len(text) < 2 or text not in shown


@given(digits=st.from_regex(r"[0-9]{6,20}", fullmatch=True))
def test_of_a_number_no_six_digits_in_a_row_are_left(digits: str) -> None:
    shown = masked(Form.NUMBER, digits)

    assert len(shown) == len(digits)
    assert all(len(run) <= 4 for run in shown.split("*"))
    assert shown.count("*") >= 3


def test_every_form_has_a_mask() -> None:
    assert set(MASKS) == set(Form)


class TestPseudonyms:
    def test_are_the_same_each_time_and_another_for_every_client_and_kind_of_thing(self) -> None:
        shop, bank = Pseudonyms(b"secret", "shop"), Pseudonyms(b"secret", "bank")

        names = {
            shop.of("accountNumber", "A1000042"),
            shop.of("accountNumber", "A1000043"),
            shop.of("customerNumber", "A1000042"),
            bank.of("accountNumber", "A1000042"),
            Pseudonyms(b"another", "shop").of("accountNumber", "A1000042"),
        }

        assert 5 == len(names)
        assert shop.of("accountNumber", "A1000042") == Pseudonyms(b"secret", "shop").of("accountNumber", "A1000042")

    def test_what_is_no_text_has_none(self) -> None:
        assert Pseudonyms(b"secret", "shop").of("accountNumber", 7) is None
