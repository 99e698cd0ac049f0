"""The HTTP server of the AWS APIs: waitress on loopback, which keeps header names as S3 writes them.

The thread that reads a request also answers it, unless that may take long. Calls wait for one lock anyway. With
two threads that take turns for each request, throughput falls to a third on some machines. A request that may
take long gets a thread.
"""

from __future__ import annotations

import errno
import logging
import re
import select
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import waitress
from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ThreadedTaskDispatcher, WSGITask

from local_cloud.arrivals import PATIENCE, Arrival

logger = logging.getLogger(__name__)

MOST_CONNECTIONS = 1000
"""Connections open at a time; more wait. The number is high, as a half-open connection keeps its place."""
IDLE_SECONDS = 30
"""Seconds that a connection may be silent between requests, or within one."""
LONG_BODY = 1024 * 1024
"""Bytes; an upload that is larger may take long."""

A_MOMENT = 0.05
"""Seconds that the reading thread waits at most until it can answer."""

_METADATA_WITH_UNDERSCORE = re.compile(rb"(?im)^(x-amz-meta-[^:\s]*_[^:\s]*):[ \t]*(.*?)[ \t]*\r?$")
_AMAZON_HEADER = re.compile(rb"(?m)^X-Amz[^:]*:")


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Keeps user metadata whose names have an underscore, which waitress drops, as most servers do.

    `Expect: 100-continue` with an empty body, as boto3 sends it, is answered at once.
    """

    metadata_names: dict[str, str]

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if not self.content_length and not self.chunked:
            self.expect_continue = False  # waitress would wait for a body that never comes
        self.metadata_names = {}
        for name, value in _METADATA_WITH_UNDERSCORE.findall(header_plus):
            key = name.decode("latin-1").upper().replace("-", "_")
            if key not in self.headers:
                self.headers[key] = value.decode("latin-1")
                self.metadata_names[f"HTTP_{key}"] = name.decode("latin-1")


class _Task(WSGITask):  # type: ignore[misc]
    """Sends `x-amz-…` in lower case, as S3 does: boto3 reads the names of user metadata from these headers.

    If the application raises ConnectionRefusedError, the connection is closed without an answer.
    """

    def service(self) -> None:
        try:
            super().service()
        except ConnectionRefusedError:
            self.close_on_finish = True

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ.setdefault("RAW_URI", self.request.request_uri)
        environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = getattr(self.request, "metadata_names", {})
        return environ

    def build_response_header(self) -> bytes:
        header: bytes = super().build_response_header()
        return _AMAZON_HEADER.sub(lambda name: name[0].lower(), header)


class _Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = _Parser
    task_class = _Task

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.arrival = Arrival()
        self._received = 0

    def received(self, data: bytes) -> bool:
        """Called by waitress with what was read."""
        self._received += len(data)
        return bool(super().received(data))

    @property
    def awaited(self) -> tuple[object, int]:
        """What the connection waits for, and the number of bytes that it has received."""
        if self.requests or self.total_outbufs_len:
            return None, self._received
        return ("nothing", self._received) if self.request is None else self.request, self._received


class _Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Gives requests that may take long to worker threads. The reading thread answers the others.

    Args:
        may_take_long: Asked with the path of each request.
        never_waits: Asked with the path of each request.
        lock: Held while the reading thread answers. If it isn't free, a worker answers.
        threads: Number of worker threads.
    """

    def __init__(
        self,
        may_take_long: Callable[[str], bool],
        never_waits: Callable[[str], bool],
        lock: threading.RLock,
        *,
        threads: int,
    ) -> None:
        super().__init__()
        self._may_take_long, self._never_waits = may_take_long, never_waits
        self._lock = lock
        self._quick: deque[tuple[_Channel, bool]] = deque()
        self.set_thread_count(threads)

    def add_task(self, task: _Channel) -> None:
        request = task.requests[0]
        is_long = request.chunked or request.content_length > LONG_BODY or request.error
        if not is_long and self._never_waits(request.path):
            self._quick.append((task, False))
        elif is_long or self._may_take_long(request.path):
            super().add_task(task)
        else:
            self._quick.append((task, True))

    def answer_quick_ones(self) -> None:
        """Answer the requests that were read. `add_task` can't: its caller holds a lock that answering needs.

        The reading thread waits only a moment for the cloud's lock. It must go on reading while a call holds the lock.
        """
        patience = A_MOMENT
        while self._quick:
            task, needs_lock = self._quick.popleft()
            if needs_lock and not self._lock.acquire(timeout=patience):
                patience = 0
                super().add_task(task)
                continue
            try:
                task.service()
            except Exception:
                logger.exception("a request was not answered")
            finally:
                if needs_lock:
                    self._lock.release()


class Server:
    """Serves a WSGI application on 127.0.0.1.

    Args:
        application: What to serve.
        port: 0 takes a free one. It is bound at once, so that `url` is known before `run`.
        threads: Worker threads, for requests that may take long.
        may_take_long: Whether a request for this path may take long; by default all may.
        never_waits: Whether a request for this path needs neither `lock` nor anything else that may be held for long.
        lock: Held while the application answers a request that may not take long.
        patience: Seconds in which a request must have arrived; see `Arrival`.
    """

    def __init__(
        self,
        application: Callable[..., Any],
        *,
        port: int = 0,
        threads: int = 8,
        may_take_long: Callable[[str], bool] = lambda _: True,
        never_waits: Callable[[str], bool] = lambda _: False,
        lock: threading.RLock | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._sockets: dict[int, Any] = {}
        self._polling = threading.Lock()
        self._ends = False
        bound = _bind(port)  # here, as waitress would leave its threads running if the port is taken
        self._workers = _Dispatcher(may_take_long, never_waits, lock or threading.RLock(), threads=threads)
        self._server = waitress.create_server(
            application,
            sockets=[bound],
            map=self._sockets,
            _dispatcher=self._workers,
            ident=None,
            connection_limit=MOST_CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            outbuf_high_watermark=sys.maxsize,  # above it, a thread that answers would wait for itself to send
            asyncore_use_poll=hasattr(select, "poll"),  # select() fails on file descriptors above 1023
        )
        self._server.channel_class = _Channel
        self._server.accept = self._accept
        self._patience = patience
        self._looks_again_at = 0.0
        self._was_full = False
        self.url = f"http://127.0.0.1:{bound.getsockname()[1]}"

    def run(self) -> None:
        """Serve until `stop` is called, from another thread."""
        poll = self._server.adj
        with self._polling:
            while not self._ends:
                wasyncore.loop(poll.asyncore_loop_timeout, poll.asyncore_use_poll, self._sockets, count=1)
                self._workers.answer_quick_ones()
                self._look_after_connections(time.monotonic())

    def _look_after_connections(self, now: float) -> None:
        """Once a second, end requests that don't arrive in time, and accept connections again if there was no room."""
        if now < self._looks_again_at:
            return
        self._looks_again_at = now + self._patience / 30
        self._server.accepting = True
        for channel in list(self._server.active_channels.values()):
            if channel.arrival.is_late(*channel.awaited, now=now, patience=self._patience):
                channel.will_close = True

    def _accept(self) -> Any:
        """Accept a connection. If this process may open no more files, wait a second, and log this once."""
        try:
            accepted = wasyncore.dispatcher.accept(self._server)
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            if not self._was_full:
                logger.warning("no connection is accepted for now: %s", error.strerror)
            self._was_full, self._server.accepting = True, False
            return None
        self._was_full = False
        return accepted

    def stop(self) -> None:
        """Close all connections and end `run`. It waits at most 5 seconds for requests under way."""
        if self._ends:
            return
        self._workers.shutdown(cancel_pending=True, timeout=5)
        self._ends = True
        trigger = self._server.trigger
        trigger.pull_trigger()
        with self._polling:  # the polling thread still uses what is closed here
            if self._workers.threads:  # a worker may pull the trigger after its file descriptor was reused
                trigger.del_channel()
            wasyncore.close_all(self._sockets)


def _bind(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise OSError(error.errno, f"port {port}: {error.strerror}") from error
