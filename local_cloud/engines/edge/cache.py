"""What an edge keeps, and how it is forgotten."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass

from multidict import CIMultiDict

from local_cloud.engines.edge.cache_key import Key, target_of

MEGABYTE = 1024 * 1024


@dataclass
class CachedResponse:
    """An answer of an origin, or of a function, as an edge keeps it.

    Attributes:
        status: What the viewer gets.
        headers: As the viewer gets them, but for those that differ at each request.
        body: The whole of it; empty after HEAD.
        stored_at: When it came from the origin, or was last confirmed by it.
        fresh_until: Until then no one is asked.
        is_error: True for what viewers see as `Error from cloudfront`, whatever its status.
        is_head: True for the answer to HEAD, which cannot serve GET.
        x_cache: What the first viewer's X-Cache says.
        head: Status line and headers of a hit, ready to be sent.
        reason: The status description that a function chose, or empty for the usual one.
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
        """Bytes that it takes, about."""
        return len(self.body) + 1024


class Cache:
    """Objects by cache key; the one that was asked for longest ago goes when there is no room.

    Args:
        room: Bytes to keep at most. A larger object is not kept at all.
    """

    def __init__(self, room: int = 64 * MEGABYTE) -> None:
        self._objects: OrderedDict[Key, CachedResponse] = OrderedDict()
        self._room = room
        self._used = 0
        self.epoch = 0

    def get(self, key: Key) -> CachedResponse | None:
        """What is kept under a key, fresh or not."""
        held = self._objects.get(key)
        if held is not None:
            self._objects.move_to_end(key)
        return held

    def put(self, key: Key, cached: CachedResponse) -> None:
        """Keep an object in place of the one before."""
        self.drop(key)
        if cached.size > self._room:
            return
        self._objects[key] = cached
        self._used += cached.size
        while self._used > self._room:
            self._used -= self._objects.popitem(last=False)[1].size

    def drop(self, key: Key) -> None:
        """Forget what is kept under a key, if anything is."""
        held = self._objects.pop(key, None)
        self._used -= held.size if held else 0

    def invalidate(self, distribution_id: str, paths: Collection[str]) -> None:
        """Forget a distribution's objects with these paths; what is on its way from an origin is not kept either.

        A query string that counts belongs to the path, as do the characters in front of a final `*`
        (CFDG/invalidation-specifying-objects).
        """
        whole, beginnings = set(paths), tuple(path[:-1] for path in paths if path.endswith("*"))
        self.epoch += 1
        for key in [key for key in self._objects if key[0] == distribution_id]:
            target = target_of(key)
            if target in whole or target.startswith(beginnings):
                self.drop(key)

    def clear(self) -> None:
        """Forget everything."""
        self._objects.clear()
        self._used = 0
        self.epoch += 1

    def __len__(self) -> int:
        return len(self._objects)
