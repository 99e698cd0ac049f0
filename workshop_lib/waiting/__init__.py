"""Every wait of the workshop, with a progress bar and a timeout that says what was seen last.

All of them use `polling`. For a wait of your own, call its `wait_until`.

| module | waits for |
|---|---|
| `replication` | copies of objects: notebook 01 |
| `edge` | the function, the distribution, and what its viewers see: notebooks 02 to 05 |
| `dns` | the name servers, and health checks: notebooks 03 to 05 |
| `propagation` | changes that AWS knows late, and has no status for; tries again what may be too early |
"""

from workshop_lib.waiting.dns import wait_until_dns_names, wait_until_health, wait_until_in_sync
from workshop_lib.waiting.edge import (
    wait_until_deployed,
    wait_until_function_active,
    wait_until_invalidated,
    wait_until_page_is_served,
    wait_until_served_from,
)
from workshop_lib.waiting.propagation import try_again, wait_for_propagation, wait_for_versioning
from workshop_lib.waiting.replication import wait_until_job_complete, wait_until_replicated

__all__ = [
    "try_again",
    "wait_for_propagation",
    "wait_for_versioning",
    "wait_until_deployed",
    "wait_until_dns_names",
    "wait_until_function_active",
    "wait_until_health",
    "wait_until_in_sync",
    "wait_until_invalidated",
    "wait_until_job_complete",
    "wait_until_page_is_served",
    "wait_until_replicated",
    "wait_until_served_from",
]
