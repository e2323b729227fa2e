"""Ports for servers that tests start."""

import socket


def free_port() -> int:
    """A port on this machine at which nothing listens; somebody else may take it before it is used."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
