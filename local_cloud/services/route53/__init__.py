"""Route 53, whole: hosted zones, record sets, changes, health checks and tags. moto's own is never asked.

service         Route53Service: the operations, and what the nameserver asks
hosted_zones    CreateHostedZone … ListHostedZonesByName
record_sets     ChangeResourceRecordSets, ListResourceRecordSets, GetChange, TestDNSAnswer
health_checks   CreateHealthCheck … GetHealthCheckLastFailureReason; health_check_rules: what one must be
limits          GetAccountLimit, GetHostedZoneLimit
tags            ChangeTagsForResource …
zones           the store: zones as immutable snapshots, which the nameserver reads without a lock
batch           one change batch, applied whole or not at all
record_rules    what a single record set must be
group_rules     what must hold between record sets
pages           listings page by page
domain_names    names as Route 53 writes them
constraints     the limits written in botocore's model
"""

from local_cloud.services.route53.service import Route53Service

__all__ = ["Route53Service"]
