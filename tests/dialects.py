"""Where the published interface definitions are; tests that need them skip visibly where they are not."""

import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent


def dialects_folder() -> pathlib.Path:
    """The folder of published definitions: `SWITCHBOARD_DIALECTS`, else `../shared/dialects` from the project's root."""
    named = os.environ.get("SWITCHBOARD_DIALECTS")
    folder = pathlib.Path(named) if named else ROOT.parent / "shared" / "dialects"
    if not folder.is_dir():
        pytest.skip("needs the published definitions: set SWITCHBOARD_DIALECTS to their folder")
    return folder
