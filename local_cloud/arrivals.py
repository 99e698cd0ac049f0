"""Requests must arrive in time. Otherwise viewers that never end their requests would hold all connections."""

from __future__ import annotations

PATIENCE = 30.0
"""Seconds in which a request must have arrived. AWS's limits are not documented."""

LEAST_RATE = 500
"""A request has another second for each so many bytes of it."""


class Arrival:
    """The request that arrives at one connection, as it is seen from time to time.

    Looking at all connections once a second costs nothing on the way of each request.
    """

    __slots__ = ("_before", "_phase", "_since")

    def __init__(self) -> None:
        self._phase: object = self
        self._since, self._before = 0.0, 0

    def is_late(self, phase: object, received: int, *, now: float, patience: float = PATIENCE) -> bool:
        """Whether the connection has waited too long for a request, or for the rest of one.

        Args:
            phase: What the connection waits for, which differs from request to request; None if it waits for nothing.
            received: Bytes that the connection has received so far.
            now: Seconds on any clock that doesn't go back.
            patience: Seconds that a request may take, besides those for its bytes.
        """
        if phase is None or phase != self._phase:
            self._phase, self._since, self._before = phase, now, received
            return False
        return now - self._since > patience + (received - self._before) / LEAST_RATE
