"""Secrets: the first writes, all of them find."""

from gateway.audit.secrets import Secrets

OLD, NEW = b"an old secret of tests", b"a new secret of tests"


def test_what_an_old_secret_wrote_is_found_with_a_new_one_before_it() -> None:
    before, after = Secrets([OLD]), Secrets([NEW, OLD])

    assert before.hashed("line", "99960000042") in after.all_of("line", "99960000042")
    assert after.hashed("line", "99960000042") not in before.all_of("line", "99960000042")
    assert after.hashed("line", "99960000042") == after.all_of("line", "99960000042")[0]
    assert after.confirms(b"said", before.signed(b"said"))


def test_a_signature_is_of_one_text_and_one_secret() -> None:
    old, new = Secrets([OLD]), Secrets([NEW])
    signature = old.signed(b"said")

    assert not old.confirms(b"sai", signature)
    assert not new.confirms(b"said", signature)
    assert not new.confirms(b"said", signature.replace(signature[:8], new.signed(b"said")[:8]))
    assert not old.confirms(b"said", "")
    assert not old.confirms(b"said", signature + "ü")


def test_a_secret_that_was_taken_away_is_told_from_forgery() -> None:
    signature = Secrets([OLD]).signed(b"said")

    assert Secrets([NEW, OLD]).knows(signature)
    assert not Secrets([NEW]).knows(signature)


def test_hashes_say_nothing_of_the_key_and_differ_by_use() -> None:
    secrets = Secrets([OLD])

    assert "0042" not in secrets.hashed("line", "99960000042")
    assert secrets.hashed("line", "x") != secrets.signed(b"line\0x")
