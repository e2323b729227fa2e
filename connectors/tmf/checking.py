"""Whether a collection of a TMF server is there and takes our credentials, without asking about anybody."""

from connectors.errors import BadData
from connectors.json import JsonError
from connectors.tmf.faults import refusal
from connectors.tmf.replies import read_page
from connectors.wire import HttpWire, decoded


async def check_collection(wire: HttpWire, path: str, *, system: str, operation: str, send_fields: bool) -> None:
    """Ask the collection at *path* for the id of one object. Raises ConnectorError."""
    params = {"limit": "1"} | ({"fields": "id"} if send_fields else {})
    reply = await wire.get(path, operation=operation, params=params)
    # No question by id: here every 404 means that the path is wrong, and none that an object is absent.
    if reply.status not in {200, 204, 206}:
        raise refusal(reply.status, system=system, operation=operation, retry_after_s=reply.retry_after_s)
    try:
        if reply.status != 204:
            await decoded(lambda whole: read_page(whole, lambda raw: raw.require_text("id")), reply)
    except JsonError as exc:
        raise BadData(str(exc), system=system, operation=operation) from exc
