"""Cached objects, and their invalidation."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass

from multidict import CIMultiDict

from local_cloud.engines.edge.cache_key import Key, target_of

MEGABYTE = 1024 * 1024


@dataclass
class CachedResponse:
    """An answer of an origin or a function, as an edge caches it. Times are in seconds since the epoch.

    Attributes:
        status: The status for the viewer.
        headers: The headers for the viewer, except those that differ for each request.
        body: The whole body; empty after HEAD.
        stored_at: When it came from the origin, or was last confirmed by it.
        fresh_until: Until then, the origin isn't asked.
        is_error: True if viewers get `Error from cloudfront`, whatever the status.
        is_head: True for the answer to HEAD, which can't answer GET.
        x_cache: X-Cache for the first viewer.
        head: Status line and headers of a hit, ready to send.
        reason: A function's status description, or empty for the default.
    """

    status: int
    headers: CIMultiDict[str]
    body: bytes
    stored_at: float
    fresh_until: float = 0.0
    is_error: bool = False
    is_head: bool = False
    x_cache: str = "Miss from cloudfront"
    head: bytes | None = None
    reason: str = ""

    @property
    def size(self) -> int:
        """Its approximate size, in bytes."""
        return len(self.body) + 1024


class Cache:
    """Objects by cache key. The least recently used object is removed if there is no room.

    Args:
        room: Bytes to keep at most. A larger object is not cached.
    """

    def __init__(self, room: int = 64 * MEGABYTE) -> None:
        self._objects: OrderedDict[Key, CachedResponse] = OrderedDict()
        self._room = room
        self._used = 0
        self.epoch = 0

    def get(self, key: Key) -> CachedResponse | None:
        """The object with a key, fresh or not."""
        held = self._objects.get(key)
        if held is not None:
            self._objects.move_to_end(key)
        return held

    def put(self, key: Key, cached: CachedResponse) -> None:
        """Store an object, and replace the one before."""
        self.drop(key)
        if cached.size > self._room:
            return
        self._objects[key] = cached
        self._used += cached.size
        while self._used > self._room:
            self._used -= self._objects.popitem(last=False)[1].size

    def drop(self, key: Key) -> None:
        """Remove the object with a key, if there is one."""
        held = self._objects.pop(key, None)
        self._used -= held.size if held else 0

    def invalidate(self, distribution_id: str, paths: Collection[str]) -> None:
        """Remove a distribution's objects with these paths. Objects still on their way from an origin aren't stored.

        The part of the query string in the cache key belongs to the path. A final `*` matches any ending
        (CFDG/invalidation-specifying-objects).
        """
        whole, beginnings = set(paths), tuple(path[:-1] for path in paths if path.endswith("*"))
        self.epoch += 1
        for key in [key for key in self._objects if key[0] == distribution_id]:
            target = target_of(key)
            if target in whole or target.startswith(beginnings):
                self.drop(key)

    def clear(self) -> None:
        """Remove everything."""
        self._objects.clear()
        self._used = 0
        self.epoch += 1

    def __len__(self) -> int:
        return len(self._objects)
