"""The engine of replication: gets writes, and makes replicas a little later."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from moto.s3.models import FakeDeleteMarker

from local_cloud.access.identities import Permissions
from local_cloud.clock import Clock
from local_cloud.delays import QUICK, Delays
from local_cloud.engines.replicator.rules import Rule, covering_rules, syncs_replicas
from local_cloud.engines.replicator.transfer import Failure, bucket_name, tags_of, transfer
from local_cloud.engines.replicator.worker import Worker
from local_cloud.faults import REPLICATION_PAUSED, S3_REFUSES, S3_UNAVAILABLE, Faults
from local_cloud.late import Late
from local_cloud.object_store import (
    Bucket,
    Version,
    find_bucket,
    find_version,
    replication_status,
    set_replication_status,
    versions,
)

logger = logging.getLogger(__name__)

DELAY = 60.0
"""AWS seconds from a write to its replica. AWS says "most within 15 minutes". Small objects take about one minute."""


Configuration = Mapping[str, Any]
"""A replication configuration, in botocore's shape."""
_NO_RULES: Configuration = {"Role": "", "Rules": []}


class Replicator:
    """Replicates versions between buckets by their replication configurations.

    A write that a rule covers is PENDING at once. `DELAY` later, the role's permissions, the destination and the
    rule of that moment decide. The version becomes COMPLETED or, permanently, FAILED. Replicas don't pass through the
    API, so they aren't replicated further.

    While a fault pauses replication, or S3 is unavailable in the source's or a destination's region, versions stay
    PENDING. They are replicated when it ends (S3 User Guide, "Replication status"). A version with several
    destinations waits for all of them.

    Args:
        clock: Shortens the delay.
        lock: The cloud's lock. Callers of the methods about versions hold it, and the worker takes it.
        note: Logs failures and their reasons; see `CallLog.note`.
        faults: Faults that pause replication.
        delays: What is later than the clock says: replicas, and new rules.

    Attributes:
        failures: Failures and their reasons, oldest first.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        lock: threading.RLock,
        note: Callable[..., None] = lambda *_, **__: None,
        faults: Faults | None = None,
        delays: Delays = QUICK,
    ) -> None:
        self._clock = clock
        self._delays = delays
        self._followed: WeakKeyDictionary[Bucket, Late[Configuration | None]] = WeakKeyDictionary()
        self._worker = Worker(lock=lock)
        self._faults = faults or Faults()
        self._faults.when_ended(self._worker.resume)
        self._note = note
        self.failures: list[Failure] = []

    def version_written(self, bucket: Bucket, version: Version) -> None:
        """Called when the API has written a version or a delete marker."""
        if rules := self.covering_rules(bucket, version):
            self._schedule(bucket, version, rules)

    def metadata_changed(self, bucket: Bucket, version: Version) -> None:
        """Called when an object's tags or ACL have changed. Its replica follows. Old objects are not replicated.

        A change of a replica also changes its original, if a rule of the replica's bucket has
        `ReplicaModifications` (S3 User Guide, "Replicating metadata changes with replica modification sync").
        """
        if replication_status(version) in ("PENDING", "COMPLETED"):
            self.version_written(bucket, version)
        elif replication_status(version) == "REPLICA":
            rule_ids = {rule["ID"] for rule in self.covering_rules(bucket, version) if syncs_replicas(rule)}
            if rule_ids:
                self._copy_later(lambda: self._sync_later(bucket, version, rule_ids))

    def replicate(self, bucket: Bucket, versions: Iterable[Version]) -> list[str | None]:
        """Replicate versions now, as S3 Batch Replication does, whatever their status.

        Returns:
            The new status of each: FAILED, COMPLETED, or None if no rule covers it.
        """
        role = Permissions(self._configuration(bucket)["Role"])
        return [
            self._transfer(bucket, version, rules, role) if (rules := self.covering_rules(bucket, version)) else None
            for version in versions
        ]

    def covering_rules(self, bucket: Bucket, version: Version) -> list[Rule]:
        """The bucket's rules that cover a version now."""
        return covering_rules(
            self._configuration(bucket),
            key=version.name,
            tags=tags_of(version),
            is_delete_marker=isinstance(version, FakeDeleteMarker),
            is_kms=str(getattr(version, "encryption", "")).startswith("aws:kms"),
        )

    def configured(self, bucket: Bucket) -> None:
        """Called when the API has put or deleted a replication configuration."""
        if self._delays.rule:
            known = self._followed.setdefault(bucket, Late(None, seconds=self._delays.rule))
            known.put(bucket.replication_configuration)

    def _configuration(self, bucket: Bucket) -> Configuration:
        """The configuration that is followed now."""
        known = self._followed.get(bucket) if self._delays.rule else None
        return (known.get() if known else bucket.replication_configuration) or _NO_RULES

    def _copy_later(self, task: Callable[[], None]) -> None:
        self._worker.do(task, after=max(self._clock.scaled(DELAY), self._delays.replication))

    def after(self, aws_seconds: float, task: Callable[[], None]) -> None:
        """Run a task later, with the cloud's lock. `settle` waits for it too."""
        self._worker.do(task, after=self._clock.scaled(aws_seconds))

    def hold(self, bucket: Bucket, task: Callable[[], None]) -> bool:
        """Hold a task while a fault pauses replication from a bucket. Returns whether it did."""
        if not self._is_held_up(bucket):
            return False
        self._worker.hold(task)
        if not self._is_held_up(bucket):  # the fault has just ended, maybe before the task was held
            self._worker.resume()
        return True

    def _is_held_up(self, bucket: Bucket) -> bool:
        if not self._faults.in_force:
            return False
        rules = (bucket.replication_configuration or {"Rules": []})["Rules"]
        found = [find_bucket(bucket_name(rule["Destination"]["Bucket"])) for rule in rules]
        regions = (bucket.region_name, *(one.region_name for one in found if one))
        is_paused = self._faults.find(REPLICATION_PAUSED, regions=(bucket.region_name,))
        return bool(is_paused or self._faults.find(S3_UNAVAILABLE, S3_REFUSES, regions=regions))

    def settle(self, timeout: float = 30.0) -> None:
        """Wait until no version is PENDING, and running jobs have ended.

        Don't hold the cloud's lock when you call it.

        Raises:
            TimeoutError: Tasks are still waiting after `timeout` real seconds, maybe for a fault to end.
        """
        self._worker.settle(timeout)

    def reset(self) -> None:
        """Remove waiting tasks and failures."""
        self._worker.clear()
        self.failures.clear()

    def stop(self) -> None:
        """End the worker's thread. Don't hold the cloud's lock when you call it."""
        self._worker.stop()

    def _schedule(self, bucket: Bucket, version: Version, rules: Iterable[Rule]) -> None:
        set_replication_status(version, "PENDING")
        rule_ids = {rule["ID"] for rule in rules}
        self._copy_later(lambda: self._replicate_later(bucket, version, rule_ids))

    def _replicate_later(self, bucket: Bucket, version: Version, rule_ids: set[str]) -> None:
        """Replicate a version as scheduled, if bucket and version still exist."""
        if find_bucket(bucket.name) is not bucket or not any(one is version for one in versions(bucket, version.name)):
            return
        if self.hold(bucket, lambda: self._replicate_later(bucket, version, rule_ids)):
            return
        configuration = self._configuration(bucket)
        rules = [rule for rule in configuration["Rules"] if rule["ID"] in rule_ids and rule["Status"] == "Enabled"]
        if rules:
            self._transfer(bucket, version, rules, Permissions(configuration["Role"]))
        else:
            about = (bucket.name, version.name, version.version_id, "")
            self._fail(version, [Failure(*about, "SrcBucketReplicationConfigMissing", configuration["Role"])])

    def _sync_later(self, bucket: Bucket, version: Version, rule_ids: set[str]) -> None:
        """Copy a replica's tags and ACL to the destinations that have the version. It stays a REPLICA."""
        if self.hold(bucket, lambda: self._sync_later(bucket, version, rule_ids)):
            return
        configuration = self._configuration(bucket)
        role = Permissions(configuration["Role"])
        for rule in configuration["Rules"]:
            there = find_bucket(bucket_name(rule["Destination"]["Bucket"]))
            if rule["ID"] in rule_ids and there and find_version(there, version.name, version.version_id):
                self.remember(transfer(bucket, version, rule, role=role))

    def remember(self, *failures: Failure | None) -> None:
        """Store failures, and add them to the call log."""
        for failure in filter(None, failures):
            logger.warning("%s", failure)
            self.failures.append(failure)
            bucket = find_bucket(failure.bucket)
            self._note(
                "ReplicateObject",
                service="s3",
                region=bucket.region_name if bucket else "us-east-1",
                principal=failure.role,
                error_code=failure.reason,
                **_described(failure),
            )

    def _transfer(self, bucket: Bucket, version: Version, rules: Iterable[Rule], role: Permissions) -> str:
        """Replicate to every destination. COMPLETED only if all have it (S3 User Guide, "Replication status")."""
        failures = [failure for rule in rules if (failure := transfer(bucket, version, rule, role=role))]
        if failures:
            return self._fail(version, failures)
        set_replication_status(version, "COMPLETED")
        return "COMPLETED"

    def _fail(self, version: Version, failures: list[Failure]) -> str:
        self.remember(*failures)
        set_replication_status(version, "FAILED")
        return "FAILED"


def _described(failure: Failure) -> dict[str, Any]:
    about = {"Bucket": failure.bucket, "Key": failure.key, "VersionId": failure.version_id}
    why = {"Destination": failure.destination, "MissingAction": failure.action, "OnResource": failure.resource}
    return {name: value for name, value in {**about, **why}.items() if value}
