"""What a request shows of who asks, from its headers and its connection."""

from starlette.types import Scope

from gateway.access.presented import Presented
from gateway.http.fields import text


def presented_of(scope: Scope) -> Presented:
    """All by which the request of *scope* says who asks, believed or not."""
    peer = scope.get("client")
    return Presented(
        authorization=text(scope, b"authorization"),
        method=scope["method"],
        dpop=text(scope, b"dpop"),
        certificate=text(scope, b"client-cert"),
        peer=peer[0] if peer else None,
    )
