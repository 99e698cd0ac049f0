"""The two sockets of the nameserver, on one port. Each has one thread, which `stop` ends."""

from __future__ import annotations

import logging
import selectors
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)

IDLE_SECONDS = 5.0
"""Seconds until a TCP connection without a complete query is closed. Single bytes don't count."""
MOST_CONNECTIONS = 100
"""TCP connections at a time. More are closed at once."""

AnswerUdp = Callable[[bytes], bytes | None]
AnswerTcp = AnswerUdp


def bind_same_port(host: str, port: int, *, attempts: int = 50) -> tuple[socket.socket, socket.socket]:
    """A UDP socket and a listening TCP socket on the same port. Port 0 takes a port that is free for both.

    Raises:
        OSError: The port is taken.
    """
    for attempt in range(attempts):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            udp.bind((host, port))
            if sys.platform != "win32":  # there it would let another process share the port
                tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tcp.bind((host, udp.getsockname()[1]))
            tcp.listen(128)
        except OSError:
            udp.close()
            tcp.close()
            if port or attempt == attempts - 1:
                raise
        else:
            return udp, tcp
    raise OSError("unreachable")


class UdpListener:
    """Answers datagrams one after the other, in a blocking thread. Nothing in Python is faster.

    Args:
        bound: The bound socket, which `stop` closes.
        answer: Returns the response to a query, or None for silence. It must not raise.
    """

    def __init__(self, bound: socket.socket, answer: AnswerUdp) -> None:
        self._socket = bound
        self._answer = answer
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="nameserver-udp", daemon=True)

    def start(self) -> None:
        """Start answering."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, wait for the thread to end, and close the socket. May be repeated."""
        self._is_stopping.set()
        if self._thread.is_alive():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
                waker.sendto(b"", self._socket.getsockname())  # a datagram wakes recvfrom; close would not
            self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        receive, send, answer = self._socket.recvfrom, self._socket.sendto, self._answer
        is_stopping = self._is_stopping.is_set
        while True:
            try:
                query, peer = receive(65535)
                if is_stopping():
                    return
                response = answer(query)
                if response is not None:
                    send(response, peer)
            except OSError as error:
                # Windows reports here that an earlier response didn't reach its client.
                logger.debug("A datagram was lost: %s", error)


@dataclass
class _Connection:
    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)
    last_query: float = field(default_factory=time.monotonic)


class TcpListener:
    """Answers queries over TCP (RFC 7766): several on a connection, all connections in one thread.

    Args:
        bound: The listening socket, which `stop` closes.
        answer: Returns the response to a query, or None to close the connection. It must not raise.
        idle_seconds: Seconds until a connection without a complete query is closed.
    """

    def __init__(self, bound: socket.socket, answer: AnswerTcp, *, idle_seconds: float = IDLE_SECONDS) -> None:
        self._socket = bound
        self._socket.setblocking(False)
        self._answer = answer
        self._idle_seconds = idle_seconds
        self._selector = selectors.DefaultSelector()
        self._connections: dict[socket.socket, _Connection] = {}
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, name="nameserver-tcp", daemon=True)

    def start(self) -> None:
        """Start answering."""
        self._selector.register(self._socket, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._thread.start()

    def stop(self) -> None:
        """Stop, wait for the thread to end, and close all sockets. May be repeated."""
        if self._thread.is_alive():
            self._wake.send(b"x")
            self._thread.join()
        for each in (*self._connections, self._socket, self._wake, self._woken):
            each.close()
        self._connections.clear()
        self._selector.close()

    def _serve(self) -> None:
        while True:
            for key, _ in self._selector.select(timeout=min(1.0, self._idle_seconds) if self._connections else None):
                if key.fileobj is self._woken:
                    return
                if key.fileobj is self._socket:
                    self._accept()
                elif key.fileobj in self._connections:
                    self._read(self._connections[key.fileobj])  # type: ignore[index]
            self._close_idle()

    def _accept(self) -> None:
        try:
            accepted, _ = self._socket.accept()
        except OSError:  # disconnected before it was accepted
            return
        if len(self._connections) >= MOST_CONNECTIONS:
            accepted.close()
            return
        accepted.setblocking(False)
        self._connections[accepted] = _Connection(accepted)
        self._selector.register(accepted, selectors.EVENT_READ)

    def _read(self, connection: _Connection) -> None:
        try:
            data = connection.socket.recv(65535)
            connection.received += data
            if not data or not self._answer_received(connection):
                self._close(connection)
        except OSError:  # the client disconnected, or does not read its answers
            self._close(connection)

    def _answer_received(self, connection: _Connection) -> bool:
        """Answer the complete queries received so far. False if one gets no answer."""
        received = connection.received
        while len(received) >= 2:
            end = 2 + struct.unpack_from("!H", received)[0]
            if len(received) < end:
                break
            response = self._answer(bytes(received[2:end]))
            if response is None:
                return False
            connection.socket.sendall(struct.pack("!H", len(response)) + response)
            connection.last_query = time.monotonic()
            del received[:end]
        return True

    def _close_idle(self) -> None:
        oldest = time.monotonic() - self._idle_seconds
        for connection in [each for each in self._connections.values() if each.last_query < oldest]:
            self._close(connection)

    def _close(self, connection: _Connection) -> None:
        self._selector.unregister(connection.socket)
        del self._connections[connection.socket]
        connection.socket.close()
