"""Shared by the groups of CloudFront's operations: the store, the clock and the ETag rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from local_cloud.call import Call
from local_cloud.services.cloudfront.refusals import refusal
from local_cloud.services.cloudfront.store import Config, Distribution, Store, Versioned
from local_cloud.services.service import Service

URL = "https://cloudfront.amazonaws.com/2020-05-31"
_ETAG = re.compile(r"E[0-9A-Z]{8,14}")
V = TypeVar("V", bound=Versioned)


class Operations(Service):
    """Base class of the groups of operations. `CloudFrontService` combines them."""

    store: Store

    @property
    def now(self) -> float:
        """Seconds since the epoch, by the cloud's clock."""
        return self.store.clock.now()

    def find(self, kind: dict[str, V], key: str | None, missing: str) -> V:
        """The resource with this id.

        Raises:
            AwsError: `missing`, if there is none.
        """
        found = kind.get(key or "")
        if found is None:
            raise refusal(missing)
        return found

    def distribution(self, call: Call, name: str = "Id") -> Distribution:
        """The distribution that the call names. Raises NoSuchDistribution."""
        return self.find(self.store.distributions, call.parameters.get(name), "NoSuchDistribution")

    def same_name(self, kind: dict[str, V], name: str, *, member: str = "Name", but: str = "") -> V | None:
        """Another resource of this kind that has the name already, or None."""
        return next((v for v in kind.values() if v.config.get(member) == name and v.id != but), None)


def check_match(parameters: Mapping[str, Any], held: Versioned) -> None:
    """Refuse a change unless its ETag is the current one.

    Raises:
        AwsError: InvalidIfMatchVersion for a missing or malformed ETag, PreconditionFailed for a stale one.
    """
    given = (parameters.get("IfMatch") or "").strip('"')
    if not _ETAG.fullmatch(given):
        raise refusal("InvalidIfMatchVersion")
    if given != held.etag:
        raise refusal("PreconditionFailed")


def required(config: Config, *names: str) -> None:
    """Refuse a configuration without one of these elements, as CloudFront's schema does."""
    for name in names:
        if config.get(name) is None:
            raise refusal("MalformedInput", f"Could not parse the request: the element {name} is required.")
