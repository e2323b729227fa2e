"""The peers' lock files hold for everybody: every package with its checksum and none with an address."""

import json

import pytest

from bench.places import PEERS


@pytest.mark.parametrize("peer", ["node", "hive"])
def test_a_lock_has_checksums_and_no_addresses(peer):
    text = (PEERS / peer / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}

    assert '"resolved"' not in text
    assert [] == [name for name, entry in packages.items() if "integrity" not in entry]
    wanted = json.loads((PEERS / peer / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert wanted == {name: packages[f"node_modules/{name}"]["version"] for name in wanted}
