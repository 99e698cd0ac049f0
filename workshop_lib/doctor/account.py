"""The account that the credentials belong to, before anything is made in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from workshop_lib.cloud import Cloud
from workshop_lib.doctor.findings import Examination, Finding, look
from workshop_lib.doctor.identity import examine_identity
from workshop_lib.doctor.leftovers import find_existing, judge_leftovers
from workshop_lib.doctor.permissions import examine_permissions
from workshop_lib.doctor.places import describe_region, examine_bucket, examine_region
from workshop_lib.doctor.quotas import examine_concurrency, examine_distributions, examine_zones_and_checks
from workshop_lib.names import WorkshopNames


def examine_account(cloud: Cloud, names: WorkshopNames) -> Examination:
    """Look at what the learner may do and has in the account, and at what the account allows. Changes nothing.

    What AWS refuses to show is no fault. It counts as not known.

    Args:
        cloud: The cloud.
        names: The learner's names.

    Raises:
        WorkshopError: The credentials can't be used.
    """
    return Examination(tuple(_examine(cloud, names)))


def _examine(cloud: Cloud, names: WorkshopNames) -> Iterator[Finding]:
    yield from examine_identity(cloud)
    for origin in (names.source_origin, names.destination_origin):
        yield from look(describe_region(origin.region), lambda region=origin.region: examine_region(cloud, region))  # type: ignore[misc]
        yield from look(f"Bucket {origin.bucket}", lambda origin=origin: examine_bucket(cloud, origin))  # type: ignore[misc]
    yield from look("Permissions", lambda: examine_permissions(cloud, names))
    existing = find_existing(cloud, names)
    kinds = Counter(resource.kind for resource in existing)
    yield from look("Lambda", lambda: examine_concurrency(cloud))
    yield from look("Route 53", lambda: examine_zones_and_checks(cloud, names, kinds))
    yield from look("Distributions", lambda: examine_distributions(cloud, names, kinds))
    yield from judge_leftovers(existing)
