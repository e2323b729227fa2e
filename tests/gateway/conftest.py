"""What the gateway's tests share: a settings file to change, and logging that is put back."""

import logging
import pathlib
from collections.abc import Iterator

import pytest
import structlog

SETTINGS = """
[numbering]
country_code = "999"
national_lengths = [8]

[ids]
secrets = ["env:TEST_ID_SECRET"]

[systems.crm]
dialect = "tmf"
url = "http://crm.example:8080/base"

[routes]
customers = "crm"
billing = "crm"
network = "crm"
recharging = "crm"
recharge_history = "crm"
"""


@pytest.fixture
def settings_file(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The smallest settings that are right; its secret is in the environment."""
    monkeypatch.setenv("TEST_ID_SECRET", "hunter2")
    path = tmp_path / "switchboard.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path


@pytest.fixture
def logging_put_back() -> Iterator[None]:
    """Loggers and structlog as they were, whatever the test configures."""
    names = ("zeep", "httpx", "httpcore", "strawberry", "uvicorn.access")
    levels = {name: logging.getLogger(name).level for name in names}
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    for name in names:
        logging.getLogger(name).setLevel(levels[name])
    root.handlers[:] = handlers
    root.setLevel(level)
