"""Stand-ins: always the same for a key, another for every key, in the form that systems know, and telling nothing."""

from hypothesis import given
from hypothesis import strategies as st

from resolvers.names import By, Name
from resolvers.stand_ins import FORM, StandIns, is_form
from schema.party import PartyKind

HERE = StandIns(b"a secret")
NAMES = st.builds(Name, st.sampled_from(By), st.text(max_size=40), st.sampled_from(["", "crm", "crm-2"]))


@given(NAMES, NAMES)
def test_each_key_has_one_of_its_own(one: Name, other: Name) -> None:
    for made in (HERE.party, HERE.account):
        assert made(one) == made(one)
        assert (made(one) == made(other)) is (one == other)
    assert HERE.party(one).party_id != HERE.account(one)
    assert StandIns(b"a secret").party(one) == HERE.party(one), "on every replica"
    assert StandIns(b"another").party(one) != HERE.party(one)


def test_what_is_in_a_key_cannot_be_shifted_to_look_like_another() -> None:
    shifted = [Name(By.NUMBER, "1", "crm"), Name(By.NUMBER, "crm\x001", ""), Name(By.NUMBER, "", "crm\x001")]

    assert 3 == len({HERE.account(each) for each in shifted})


def test_it_is_digits_unless_the_operator_says_otherwise() -> None:
    who = HERE.party(Name(By.MSISDN, "99960000042"))

    assert (18, True, "9", PartyKind.INDIVIDUAL) == (
        len(who.party_id),
        who.party_id.isdigit(),
        who.party_id[0],
        who.kind,
    )
    assert int("9" * 18) < 2**63, "systems that keep ids as 64 bits take it"
    assert "0042" not in who.party_id


@given(NAMES)
def test_it_has_the_form_that_the_operator_has_given(name: Name) -> None:
    found = StandIns(b"a secret", party="xxxxxxxx-xxxx-4xxx", account="ACC ############ Z")

    party, account = found.party(name).party_id, found.account(name)
    assert [8, 4, 4] == [len(each) for each in party.split("-")]
    assert int(party.replace("-", ""), 16) >= 0
    assert "4" == party.split("-")[2][0]
    assert ("ACC ", " Z", True) == (account[:4], account[-2:], account[4:-2].isdigit())


@given(NAMES, st.lists(st.text(min_size=1, max_size=3), min_size=1, max_size=5, unique=True))
def test_which_of_several_systems_is_asked_is_always_the_same(name: Name, systems: list[str]) -> None:
    assert HERE.one_of(name, systems) in systems
    assert HERE.one_of(name, systems) == HERE.one_of(name, systems)


def test_and_each_of_them_comes_up() -> None:
    drawn = [HERE.one_of(Name(By.IMSI, str(number)), ("a", "b")) for number in range(200)]

    assert 60 < drawn.count("a") < 140


def test_digits_are_spread_evenly() -> None:
    digits = "".join(HERE.account(Name(By.MSISDN, str(number)))[1:] for number in range(500))

    assert all(600 < digits.count(each) < 1100 for each in "0123456789"), {
        each: digits.count(each) for each in "0123456789"
    }


def test_a_form_has_room_for_everybody_who_is_not_there() -> None:
    assert all(map(is_form, (FORM, "x" * 12, "A-######-xxxxxx")))
    assert not any(map(is_form, ("9" * 18, "#" * 11, "")))


def test_halves_of_letters_have_one_as_well() -> None:
    assert HERE.account(Name(By.NUMBER, "\ud83d")) != HERE.account(Name(By.NUMBER, "\ud83e"))
