"""`Cache-Control` of a response: as strict as the strictest of what went into the answer."""

import datetime as dt

NO_STORE = b"no-store"


def cache_control(fresh_until: dt.datetime | None, now: dt.datetime) -> bytes:
    """
    The header's value for an answer all of which is fresh until then; None: nobody can say, or it has errors.

    Always private: it is about customers, and only who asked may keep it.
    """
    left = 0 if fresh_until is None else int((fresh_until - now).total_seconds())
    return b"private, max-age=%d" % left if left > 0 else NO_STORE
