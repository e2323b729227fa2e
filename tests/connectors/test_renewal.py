"""What stands in files beside a system's settings, and what a change of it does to connections."""

import pathlib
import pickle

import pytest

from connectors import renewal
from connectors.settings import FileSecret
from connectors.tmf import TMFSettings


@pytest.fixture
def secret(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "crm.password"
    path.write_text("first\n", encoding="utf-8")
    return path


def settings(secret: pathlib.Path, **others: object) -> TMFSettings:
    basis = {"dialect": "tmf", "url": "https://crm.example", "user": "gateway", "password": f"file:{secret}"}
    return TMFSettings.model_validate({**basis, **others})


def test_a_secret_remembers_its_file_also_in_another_process(secret):
    password = pickle.loads(pickle.dumps(settings(secret))).password  # noqa: S301 - our own

    assert isinstance(password, FileSecret)
    assert (secret, "first") == (password.path, password.get_secret_value())
    assert "first" not in repr(password)


def test_files_that_did_not_change_are_those_in_use(secret):
    found = settings(secret)

    assert renewal.in_use(found) == renewal.seen(found)


def test_a_line_end_more_or_less_is_no_other_secret(secret):
    found = settings(secret)
    secret.write_text("first", encoding="utf-8")

    assert renewal.in_use(found) == renewal.seen(found)


def test_another_secret_is_seen_and_read(secret):
    found = settings(secret)
    secret.write_text("second", encoding="utf-8")

    assert ["password"] == renewal.changed(renewal.in_use(found), renewal.seen(found))
    renewed = renewal.reread(found)
    assert renewed.password is not None
    assert "second" == renewed.password.get_secret_value()
    assert found.url == renewed.url


def test_a_link_that_leads_to_another_file_is_seen(secret, tmp_path):
    link, other = tmp_path / "link", tmp_path / "other"
    other.write_text("second", encoding="utf-8")
    link.symlink_to(secret)
    found = settings(link)
    link.unlink()
    link.symlink_to(other)

    assert renewal.in_use(found) != renewal.seen(found)


def test_other_certificates_are_seen(secret, tmp_path):
    ca = tmp_path / "ca.pem"
    ca.write_bytes(b"one")
    found = settings(secret, tls={"ca_file": str(ca)})
    before = renewal.in_use(found)
    ca.write_bytes(b"two")

    assert ["tls.ca_file"] == renewal.changed(before, renewal.seen(found))


def test_a_secret_from_the_environment_has_no_file_to_look_at(secret, monkeypatch):
    monkeypatch.setenv("CRM_PASSWORD", "first")

    assert () == renewal.in_use(settings(secret, password="env:CRM_PASSWORD"))


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff"])
def test_a_secret_file_without_a_secret_is_refused_with_what_to_do(secret, content):
    found = settings(secret)
    secret.write_bytes(content)

    with pytest.raises(ValueError, match=r"write the secret into it|name another one"):
        renewal.reread(found)


def test_a_secret_file_that_is_gone_is_refused(secret):
    found = settings(secret)
    secret.unlink()

    assert renewal.in_use(found) != renewal.seen(found)
    with pytest.raises(ValueError, match="cannot be read"):
        renewal.reread(found)
