"""Text written into XML: escaped, or refused where XML has no way to say it. Pure."""

import re
from typing import Final

# What may stand in XML 1.0 (2.2) as it is; a carriage return would come out as a line feed (2.11).
_PLAIN: Final = re.compile("[\\t\\n -%'-;=?-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
_NOT_XML: Final = re.compile("[^\\t\\n\\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def is_plain(text: str) -> bool:
    """Whether *text* can stand between two tags as it is."""
    return _PLAIN.fullmatch(text) is not None


def escaped(text: str) -> str:
    """*text* as it stands between two tags. ValueError for a character that XML cannot carry."""
    if is_plain(text):
        return text
    if _NOT_XML.search(text):
        raise ValueError("a character that XML cannot carry")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
