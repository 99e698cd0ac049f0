"""The HTTP server of the AWS APIs: waitress on loopback, in one thread of the caller's and some of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import waitress
from waitress import wasyncore


class Server:
    """Serves a WSGI application on 127.0.0.1.

    Args:
        application: What to serve.
        port: 0 takes a free one. Bound at once, so that `url` is known before `run`.
        threads: Requests that are worked on at the same time.
    """

    def __init__(self, application: Callable[..., Any], *, port: int = 0, threads: int = 8) -> None:
        self._sockets: dict[int, Any] = {}
        self._server = waitress.create_server(
            application, host="127.0.0.1", port=port, threads=threads, map=self._sockets, ident=None
        )
        self.port: int = self._server.effective_port
        self.url = f"http://127.0.0.1:{self.port}"

    def run(self) -> None:
        """Serve until `stop` is called, from another thread."""
        self._server.run()

    def stop(self) -> None:
        """Close all connections and end `run`; requests under way are waited for, a few seconds at most."""
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=5)
        self._server.trigger.pull_trigger(lambda: wasyncore.close_all(self._sockets))
