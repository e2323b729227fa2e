"""An issuer's keys over HTTP, and tokens of it."""

import http.server
import threading
import time
import urllib.parse
from typing import Any

from tests.gateway.access.issuing import jwks, rsa_jwk, rsa_key, token

ISSUER, AUDIENCE = "https://login.operator.example", "https://graph.operator.example"


class Login:
    """An issuer over HTTP: its keys, what it says of opaque tokens, and every path that somebody asked for."""

    def __init__(self) -> None:
        self.keys = jwks(rsa_jwk(rsa_key(), kid="one"))
        self.asked: list[str] = []
        self.said: dict[str, tuple[int, bytes]] = {}
        """The answers about tokens; for others there is none at all."""

        self.asked_about: list[str] = []
        self.elsewhere = 0
        login = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                login.asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Length", str(len(login.keys)))
                self.end_headers()
                self.wfile.write(login.keys)

            def do_POST(self) -> None:
                form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                if self.path != "/introspect":
                    login.elsewhere += 1
                login.asked_about.append(form["token"][0])
                status, body = login.said.get(form["token"][0], (0, b""))
                if not status:
                    time.sleep(2)
                    return
                self.send_response(status)
                if status == 307:
                    self.send_header("Location", f"{login.url}/elsewhere")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def right(**changes: Any) -> str:
    """A token that is believed for five minutes, unless *changes* say otherwise."""
    now = int(time.time())
    said: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 300} | changes
    return token(**said)


def bearer(written: str) -> dict[str, str]:
    """The header by which it is shown."""
    return {"Authorization": f"Bearer {written}"}
