"""Amazon S3: moto's operations, made to refuse, redirect, replicate and keep versions as AWS does.

service        the service: what is asked before every operation
buckets        names, regions, versioning, deletion, ACLs
replication    PutBucketReplication and its rules; GetBucketReplication gives back what was put
policies       bucket policies: what may be put
authorization  who may do what with a bucket or object
websites       website configurations
lifecycles     lifecycle rules
presigned      presigned URLs
parts          objects uploaded in parts
tags           tags of buckets and objects
listings       pages of lists
preconditions  writes and deletions under a condition
copies         what is copied within S3
locks          Object Lock
limits         sizes and words that every request is asked about
outages        what a region does while a learner's fault is in force
lookups        the bucket that a call names, and refusals of arguments
digests        bytes that arrive as they were announced
objects        writes that the replicator must hear of; replication status in answers
"""

from local_cloud.services.s3.service import S3Service

__all__ = ["S3Service"]
