"""All that the cloud holds, to see that a refused request changed nothing."""

from __future__ import annotations

import datetime
import enum
import types
from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend
from moto.iam.models import AWSManagedPolicy

from local_cloud.cloud import LocalCloud
from local_cloud.constants import ACCOUNT_ID

_MOTO = ("s3", "iam", "sts", "lambda")
_PASSED_OVER = {
    "_tick",  # counts how often moto has looked at it
    "aws_managed_policies",
    "managed_policies_by_name",
    "_url_module",
    "lock",
    "_lock",
    "clock",
    "_clock",
    "_running",  # threads, which end by themselves
}
# AWS's own policies are read when one is asked for, and there are 1,300 of them.
_NOBODYS = (type, types.ModuleType, types.FunctionType, types.MethodType, AWSManagedPolicy)
_PLAIN = (str, bytes, int, float, bool, type(None), datetime.datetime, enum.Enum)


def state_of(cloud: LocalCloud, service: str) -> list[bytes]:
    """What a service holds, word by word; equal when nothing has changed."""
    with cloud.lock:
        held = next(each for each in cloud.services if each.name == service)
        return list(_words([dict(_backends(service)) if service in _MOTO else {}, vars(held)], {}))


def _backends(name: str) -> Iterator[tuple[str, Any]]:
    """What a moto backend holds in each region in which it holds anything."""
    account = get_backend(name)[ACCOUNT_ID]  # type: ignore[call-overload]
    for region, backend in sorted(account.items()):
        yield region, {key: value for key, value in vars(backend).items() if not isinstance(value, _PLAIN) and value}


def _words(thing: Any, seen: dict[int, Any]) -> Iterator[bytes]:
    if isinstance(thing, _PLAIN):
        yield repr(thing).encode()
        return
    if id(thing) in seen or isinstance(thing, _NOBODYS):
        return
    seen[id(thing)] = thing  # kept, since the id of what is gone is given to another
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
        yield from _words(dict(getattr(thing, "__dict__", {})), seen)
