"""CloudFront's state: distributions, identities, access controls, cache policies, invalidations."""

from __future__ import annotations

import datetime
import secrets
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from local_cloud.clock import Clock
from local_cloud.constants import ACCOUNT_ID
from local_cloud.delays import QUICK, Delays
from local_cloud.errors import AwsError

DEPLOYING = 300.0
"""Seconds until all edges use a configuration. On AWS, 3 to 10 minutes are typical."""

Config = dict[str, Any]
T = TypeVar("T")


def new_id(prefix: str = "E") -> str:
    """An id of CloudFront's form, such as `E1A2B3C4D5E6F7`. With the prefix `d`, the label of a domain."""
    letters = string.ascii_lowercase if prefix.islower() else string.ascii_uppercase
    return prefix + "".join(secrets.choice(letters + string.digits) for _ in range(13))


def as_time(seconds: float) -> datetime.datetime:
    """A time in the type for botocore's serializer."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


@dataclass
class Versioned:
    """A resource with an id, and a new ETag after each change."""

    id: str
    config: Config
    etag: str = field(default_factory=new_id)
    modified: float = 0.0

    def __post_init__(self) -> None:
        self.created = self.modified

    def replace(self, config: Config, now: float) -> None:
        """Replace the configuration."""
        self.config, self.etag, self.modified = config, new_id(), now


class Distribution(Versioned):
    """A distribution.

    `config` was written last. Edges use `deployed_config`: None until a new distribution is deployed, and the
    previous configuration while an update is being deployed.
    """

    def __init__(self, config: Config, clock: Clock) -> None:
        super().__init__(new_id(), config, modified=clock.now())
        self.domain_name = f"{new_id('d')}.cloudfront.net"
        self.arn = f"arn:aws:cloudfront::{ACCOUNT_ID}:distribution/{self.id}"
        self.tags: dict[str, str] = {}
        self.invalidations: dict[str, Invalidation] = {}
        self._clock = clock
        self._before: Config | None = None
        self._ready_at = clock.now() + clock.scaled(DEPLOYING)

    @property
    def is_deployed(self) -> bool:
        """True once the edges use the last configuration."""
        return self._clock.now() >= self._ready_at

    @property
    def status(self) -> str:
        """`InProgress` or `Deployed`."""
        return "Deployed" if self.is_deployed else "InProgress"

    @property
    def deployed_config(self) -> Config | None:
        """The configuration that edges use now."""
        return self.config if self.is_deployed else self._before

    def replace(self, config: Config, now: float) -> None:
        """Replace the configuration. Edges use the old one until it is deployed."""
        self._before = self.deployed_config
        super().replace(config, now)
        self._ready_at = now + self._clock.scaled(DEPLOYING)


@dataclass
class Invalidation:
    """A request to remove paths from edges. It is in progress for a while."""

    id: str
    batch: Config
    created: float
    done_at: float


@dataclass
class Store:
    """All of CloudFront's state."""

    clock: Clock
    delays: Delays = QUICK
    distributions: dict[str, Distribution] = field(default_factory=dict)
    identities: dict[str, Versioned] = field(default_factory=dict)
    access_controls: dict[str, Versioned] = field(default_factory=dict)
    cache_policies: dict[str, Versioned] = field(default_factory=dict)
    hosts: dict[str, Distribution] = field(default_factory=dict)
    disassociated: dict[str, float] = field(default_factory=dict)
    generation: int = 0

    def index_hosts(self) -> None:
        """Rebuild the table of host names. Other threads read the old table or the new one."""
        hosts: dict[str, Distribution] = {}
        for distribution in self.distributions.values():
            label = distribution.domain_name.split(".", 1)[0]
            hosts[distribution.domain_name] = hosts[f"{label}.cloudfront.localhost"] = distribution
            for alias in items(distribution.config.get("Aliases")):
                hosts[alias.lower()] = distribution
        self.hosts = hosts
        self.generation += 1


def items(counted: Config | None) -> list[Any]:
    """The items of a `{Quantity, Items}` pair."""
    return (counted or {}).get("Items") or []


def counted(values: Iterable[Any]) -> Config:
    """A `{Quantity, Items}` pair."""
    listed = list(values)
    return {"Quantity": len(listed), "Items": listed} if listed else {"Quantity": 0}


def paginate(
    values: Sequence[T], parameters: Mapping[str, Any], *, key: Callable[[T], str], render: Callable[[T], Config]
) -> Config:
    """One page of a listing, with CloudFront's `Marker`, `NextMarker` and `IsTruncated`."""
    marker, size = parameters.get("Marker") or "", str(parameters.get("MaxItems") or 100)
    if not size.isdecimal() or int(size) < 1:
        raise AwsError("InvalidArgument", "MaxItems must be a number above 0.", 400)
    limit = int(size)
    keys = [key(value) for value in values]
    start = keys.index(marker) + 1 if marker in keys else 0
    page = values[start : start + limit]
    rest = start + limit < len(values)
    listing: Config = {"Marker": marker, "MaxItems": limit, "IsTruncated": rest, **counted(render(v) for v in page)}
    return {**listing, "NextMarker": key(page[-1])} if rest else listing
