"""Checks. Each looks at the cloud, says what is wrong, and names the step that fixes it.

A check changes nothing. It returns a `CheckPassed`, which shows as one line, or raises `CheckFailed`.
`all_of` shows several of them.

| module | looks at |
|---|---|
| `replication` | buckets, replicated objects: notebook 01 |
| `roles` | the trust policy, permissions and boundary of a role: notebooks 00 to 02 |
| `edge` | the function, the distribution, the viewers' pages: notebooks 02 and 03 |
| `dns` | records, weights, shares, health: notebooks 03 to 05 |
| `costs` | whether the costs are accepted: notebook 00 |
| `verdict` | what all checks return or raise |
"""

from workshop_lib.checks.costs import costs_accepted
from workshop_lib.checks.dns import (
    health_checks_attached,
    health_is,
    shares_as_expected,
    txt_record_answers,
    weights_set,
)
from workshop_lib.checks.edge import (
    bucket_policy_allows_identity,
    distribution_deployed,
    etag_unchanged,
    function_associated,
    function_package_matches,
    function_published,
    log_follows_dns,
    origin_header_set,
    page_served,
    page_served_from,
    served_from_cache,
)
from workshop_lib.checks.replication import (
    bucket_is_private,
    bucket_name_free,
    object_deleted,
    object_present,
    object_replicated,
    objects_not_replicated,
    region_marker_right,
    replication_configured,
    replication_failed,
    versioning_enabled,
    website_published,
)
from workshop_lib.checks.roles import role_may_replicate, role_trusts, roles_bounded
from workshop_lib.checks.verdict import CheckPassed, all_of, nothing_left

__all__ = [
    "CheckPassed",
    "all_of",
    "bucket_is_private",
    "bucket_name_free",
    "bucket_policy_allows_identity",
    "costs_accepted",
    "distribution_deployed",
    "etag_unchanged",
    "function_associated",
    "function_package_matches",
    "function_published",
    "health_checks_attached",
    "health_is",
    "log_follows_dns",
    "nothing_left",
    "object_deleted",
    "object_present",
    "object_replicated",
    "objects_not_replicated",
    "origin_header_set",
    "page_served",
    "page_served_from",
    "region_marker_right",
    "replication_configured",
    "replication_failed",
    "role_may_replicate",
    "role_trusts",
    "roles_bounded",
    "served_from_cache",
    "shares_as_expected",
    "txt_record_answers",
    "versioning_enabled",
    "website_published",
    "weights_set",
]
