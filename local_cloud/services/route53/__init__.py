"""Route 53 without moto: hosted zones, record sets, changes, health checks and tags.

service         Route53Service: the operations, and what the nameserver reads
hosted_zones    CreateHostedZone … ListHostedZonesByName
record_sets     ChangeResourceRecordSets, ListResourceRecordSets, GetChange, TestDNSAnswer
health_checks   CreateHealthCheck … GetHealthCheckLastFailureReason; health_check_rules checks them
limits          GetAccountLimit, GetHostedZoneLimit
tags            ChangeTagsForResource …
zones           the store: immutable snapshots of zones, which the nameserver reads without a lock
batch           one change batch, applied completely or not at all
record_rules    checks of a single record set
group_rules     checks between record sets
pages           pages of listings
domain_names    names as Route 53 writes them
constraints     the limits written in botocore's model
"""

from local_cloud.services.route53.service import Route53Service

__all__ = ["Route53Service"]
