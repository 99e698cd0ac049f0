"""How each kind of resource that the workshop makes is found by the learner's names, and how it is deleted.

A resource that the workshop didn't make is found, but not deleted.

| module | holds |
|---|---|
| `functions` | the edge function, roles, log groups |
| `boundaries` | the permissions boundary of the roles |
| `distributions` | distributions, the origin access identity |
| `dns` | record sets, health checks, the hosted zone |
| `buckets` | buckets, replication configurations, batch jobs |
| `emptying` | empties a bucket, while others may still write to it |
| `marked` | everything in the account with a mark, of any learner |
| `kind` | the classes of a kind, of one resource, and of a place that couldn't be searched |
"""

from workshop_lib.inventory.boundaries import BOUNDARIES
from workshop_lib.inventory.buckets import BATCH_JOBS, BUCKETS, REPLICATION_CONFIGURATIONS
from workshop_lib.inventory.distributions import DISTRIBUTIONS, IDENTITIES, take_out_of_service
from workshop_lib.inventory.dns import HEALTH_CHECKS, HOSTED_ZONES, RECORD_SETS
from workshop_lib.inventory.functions import (
    BATCH_ROLES,
    EDGE_FUNCTIONS,
    EDGE_ROLES,
    FUNCTION_LOGS,
    REPLICATED,
    REPLICATION_ROLES,
    VALIDATION_LOGS,
)
from workshop_lib.inventory.kind import Found, Kind, Resource, Unseen, describe_failure
from workshop_lib.inventory.marked import Marked, find_marked

__all__ = [
    "DISTRIBUTIONS",
    "KINDS",
    "REPLICATED",
    "Found",
    "Kind",
    "Marked",
    "Resource",
    "Unseen",
    "describe_failure",
    "find_marked",
    "take_out_of_service",
]

KINDS = (
    RECORD_SETS,
    HEALTH_CHECKS,
    HOSTED_ZONES,
    BATCH_JOBS,
    REPLICATION_CONFIGURATIONS,
    VALIDATION_LOGS,
    DISTRIBUTIONS,
    IDENTITIES,
    BUCKETS,
    REPLICATION_ROLES,
    BATCH_ROLES,
    FUNCTION_LOGS,
    EDGE_FUNCTIONS,
    EDGE_ROLES,
    BOUNDARIES,
)
"""In the order of deletion that AWS requires."""
