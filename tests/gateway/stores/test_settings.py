"""What an operator may write about the Redis that replicas share, and what is refused with what to do."""

import pytest
from pydantic import SecretStr, ValidationError

from gateway.stores.settings import RedisSettings

SECRET = SecretStr("a secret of tests that is long enough")


def _settings(**settings: object) -> RedisSettings:
    return RedisSettings.model_validate({"url": "redis://cache.example:6379/1", "key_secret": SECRET, **settings})


@pytest.mark.parametrize(
    "url",
    [
        "redis://cache.example",
        "redis://cache.example:6380/3",
        "rediss://10.1.2.3:6379/0",
        "redis://[2001:db8::1]:6379",
        "unix:///run/redis.sock",
    ],
)
def test_addresses_of_a_redis_are_taken(url: str) -> None:
    assert url == _settings(url=url).url


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://cache.example", "it is no address of a Redis; write redis://"),
        ("cache.example:6379", "it is no address of a Redis"),
        ("redis://:s3cret@cache.example", "leave them out"),
        ("redis://cache.example?password=s3cret", "leave them out"),
        ("redis://:6379", "it names no host"),
        ("redis://cache.example:none", "its port is no port"),
        ("redis://cache.example:99999", "its port is no port"),
        ("redis://cache.example/first", "its database is no number"),
        ("unix://run/redis.sock", "write unix:///PATH"),
        ("unix://", "write unix:///PATH"),
    ],
)
def test_other_addresses_are_refused_and_told_without_what_may_be_a_password(url: str, told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        _settings(url=url)

    (error,) = refused.value.errors()
    assert told in error["msg"]
    assert "s3cret" not in error["msg"]


def test_a_secret_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(ValidationError, match="shorter than 16 characters"):
        _settings(key_secret=SecretStr("short"))
    with pytest.raises(ValidationError, match="shorter than 16 characters"):
        _settings(encryption_keys=[SECRET, SecretStr("short")])


def test_secrets_are_not_shown() -> None:
    shown = repr(_settings(encryption_keys=[SECRET], password=SecretStr("a password")))

    assert SECRET.get_secret_value() not in shown
    assert "a password" not in shown


@pytest.mark.parametrize("namespace", ["", "a:b", "a*", "x" * 65])
def test_a_namespace_is_a_plain_word(namespace: str) -> None:
    with pytest.raises(ValidationError):
        _settings(namespace=namespace)


def test_certificates_for_an_address_without_tls_are_refused_as_nothing_would_be_encrypted() -> None:
    with pytest.raises(ValidationError, match="begin it with rediss://"):
        _settings(tls={"ca_file": __file__})

    assert _settings(url="rediss://cache.example", tls={"ca_file": __file__}).tls.ca_file is not None
