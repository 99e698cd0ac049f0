"""Amazon S3: moto's operations, completed so that they refuse, redirect, replicate and version as AWS does.

service           the service, and checks before every operation
buckets           names, regions, versioning, deletion, ACLs
replication       PutBucketReplication and its rules; GetBucketReplication
policies          which bucket policies S3 accepts
authorization     which callers may use a bucket or object
websites          website configurations
lifecycles        lifecycle rules
parts             objects uploaded in parts
tags              tags of buckets and objects
listings          pages of lists
preconditions     conditional writes and deletions
copies            copies within S3
locks             Object Lock
limits            sizes and values that are checked in every request
outages           S3 in a region with a learner's fault
lookups           the bucket that a call names, and errors for arguments
young_versioning  404 at times, soon after versioning was enabled
digests           checksums of uploads
objects           writes, which the replicator gets; replication status in answers
"""

from local_cloud.services.s3.service import S3Service

__all__ = ["S3Service"]
