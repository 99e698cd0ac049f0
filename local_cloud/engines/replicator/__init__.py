"""S3 replication between the buckets of the local cloud.

PutObject ─► rules: which destinations? ─► PENDING ─► 60 s (scaled) ─► may the role? ─► replica ─► COMPLETED
                                                                           └─ no ─► FAILED, and why
replicator   the engine, which gets writes from services
rules        which rules of a configuration cover a version
transfer     permissions of the role, and the copy itself
batch        Batch Replication jobs
worker       one thread that runs tasks when they are due
"""

from local_cloud.engines.replicator.replicator import Replicator
from local_cloud.engines.replicator.transfer import Failure

__all__ = ["Failure", "Replicator"]
