"""Other ways to the point of control than its socket, as the settings say, each imported only where it is wanted."""

import functools
from collections.abc import Callable

from gateway.control.attendance import Serving, nobody
from gateway.settings import Settings


def api_of(held: Callable[[], Settings]) -> Serving:
    """
    Serves the graph of operators, if there is to be one. *held* gives the settings that hold now.

    Raises SettingsError where its address will not do.
    """
    settings = held()
    if settings.control.api is None:
        return nobody
    # It takes a second to import, and megabytes that a supervisor does not need otherwise.
    from gateway.control.api.serving import check_address, serving

    check_address(settings.control.api)
    return functools.partial(serving, held)
