"""Where a path in a settings file leads. Imports nothing of ours, so that a command may be quick."""

import pathlib
from typing import Final

BASE_FOLDER: Final = "base_folder"
"""Key of the validation context: the folder that relative paths in a configuration file start from."""


def path_from(base: object, written: str) -> pathlib.Path:
    """The path *written* in a file of the folder *base*; where that is none, as it stands."""
    path = pathlib.Path(written).expanduser()
    return path if path.is_absolute() or not isinstance(base, pathlib.Path) else base / path
