"""The response to a question, without what a response of Starlette does for responses of every kind."""

from starlette.responses import Response


class Answer(Response):
    """*body* as it is, JSON in UTF-8 by its *media_type*, to be kept as *cache_control* says."""

    def __init__(self, body: bytes, *, status: int, media_type: str, cache_control: bytes) -> None:
        # Not the base's: it looks through headers that are not there, and encodes texts that are always the same.
        self.status_code = status
        self.body = body
        self.background = None
        self.raw_headers = [
            (b"content-length", b"%d" % len(body)),
            (b"content-type", b"%b; charset=utf-8" % media_type.encode("ascii")),
            (b"cache-control", cache_control),
        ]
