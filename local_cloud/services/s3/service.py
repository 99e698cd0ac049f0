"""The S3 service: what is asked before every operation, and the operations from the modules beside this one."""

from __future__ import annotations

from local_cloud.engines.replicator import Replicator
from local_cloud.object_store import install
from local_cloud.services.s3.objects import ObjectOperations
from local_cloud.services.s3.replication import ReplicationOperations


class S3Service(ReplicationOperations, ObjectOperations):
    """Amazon S3 in front of moto's.

    Args:
        replicator: Hears of every write.
    """

    name = "s3"

    def __init__(self, *, replicator: Replicator) -> None:
        self._replicator = replicator
        install()
