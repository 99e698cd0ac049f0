"""A digest of all that the cloud holds, to see that a refused request changed nothing."""

from __future__ import annotations

import datetime
import enum
import hashlib
import types
from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend

from local_cloud.call import ACCOUNT_ID
from local_cloud.cloud import LocalCloud

_MOTO = ("s3", "iam", "sts", "lambda")
_PASSED_OVER = {"aws_managed_policies", "managed_policies_by_name", "_url_module", "lock", "_lock", "clock", "_clock"}
_PLAIN = (str, bytes, int, float, bool, type(None), datetime.datetime, enum.Enum)


def digest(cloud: LocalCloud) -> dict[str, str]:
    """A digest of each part of the state."""
    with cloud.lock:
        parts = {f"moto {name}": dict(_backends(name)) for name in _MOTO}
        parts |= {f"our {service.name}": service.__dict__ for service in cloud.services}
        return {name: _hash(part) for name, part in parts.items()}


def _backends(name: str) -> Iterator[tuple[str, Any]]:
    """What a moto backend holds in each region in which it holds anything."""
    account = get_backend(name)[ACCOUNT_ID]  # type: ignore[call-overload]
    for region, backend in sorted(account.items()):
        held = {key: value for key, value in vars(backend).items() if not isinstance(value, _PLAIN) and value}
        yield region, held


def _hash(thing: Any) -> str:
    hashed = hashlib.blake2b(digest_size=8)
    for word in _words(thing, set()):
        hashed.update(word)
    return hashed.hexdigest()


def _words(thing: Any, seen: set[int]) -> Iterator[bytes]:
    if isinstance(thing, _PLAIN):
        yield repr(thing).encode()
        return
    if id(thing) in seen or isinstance(thing, type | types.ModuleType | types.FunctionType | types.MethodType):
        return
    seen.add(id(thing))
    if isinstance(thing, dict):
        items = [(key, value) for key, value in thing.items() if key not in _PASSED_OVER]
        for key, value in items:
            yield b"{" + repr(key if isinstance(key, _PLAIN) else type(key)).encode()
            yield from _words(value, seen)
    elif isinstance(thing, list | tuple):
        yield b"["
        for value in thing:
            yield from _words(value, seen)
    elif isinstance(thing, set | frozenset):
        yield repr(sorted(map(repr, thing))).encode()
    elif hasattr(thing, "getvalue"):  # a file in memory; reading it moves its position, which is nobody's state
        return
    elif type(thing).__module__.startswith(("local_cloud.services", "local_cloud.object_store", "moto")):
        yield type(thing).__name__.encode()
        yield from _words({k: v for k, v in getattr(thing, "__dict__", {}).items()}, seen)
