"""S3's state: moto's backend, with its treatment of versions corrected.

moto 5.2.5 deletes all versions of an object that is put or deleted while versioning is suspended. It makes no
delete marker for a key that never existed, and gives a new bucket none of AWS's defaults. `install` replaces
moto's backend by one that does this as AWS does. Everything else stays moto's.

moto also keeps every instance of its models in a list of their class, for a dashboard that isn't served here. A list
of versions copies each body, so it would keep all copies until a reset. `install` ends both.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from moto.core.common_models import BaseModel
from moto.s3 import urls
from moto.s3.exceptions import BucketAlreadyExists
from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, PublicAccessBlock, S3Backend, s3_backends

from local_cloud.constants import ACCOUNT_ID

DEFAULT_ENCRYPTION = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}}

Version = FakeKey | FakeDeleteMarker
"""A version of an object, or a delete marker."""


class Bucket(FakeBucket):
    """A bucket with the defaults of buckets made since April 2023, and its replication configuration.

    Attributes:
        replication_configuration: As it was put, in botocore's shape, or None.
    """

    def __init__(self, name: str, region_name: str, namespace: str | None = None) -> None:
        super().__init__(name=name, account_id=ACCOUNT_ID, region_name=region_name, bucket_namespace=namespace)
        self.replication_configuration: dict[str, Any] | None = None
        self.public_access_block = PublicAccessBlock("true", "true", "true", "true")
        self.ownership_rule = "BucketOwnerEnforced"  # type: ignore[assignment]  # moto keeps it as a string
        self.encryption = DEFAULT_ENCRYPTION

    @property
    def is_versioned(self) -> bool:
        """True also while suspended: versions stay, and writes go to the version `null`."""
        return self.versioning_status is not None

    @property
    def is_suspended(self) -> bool:
        """Whether versioning was enabled and is suspended now."""
        return self.versioning_status == "Suspended"

    @property
    def has_acls(self) -> bool:
        """Whether ACLs have an effect. With BucketOwnerEnforced, the default, they have none."""
        return str(self.ownership_rule) != "BucketOwnerEnforced"

    def get_permission(self, action: str, resource: str) -> Any:
        """Leave access to `S3Service`, as moto ignores conditions and most principals."""
        from moto.iam.access_control import PermissionResult

        return PermissionResult.NEUTRAL


class ObjectStore(S3Backend):
    """moto's S3 backend with AWS's versioning semantics."""

    @property
    def _url_module(self) -> Any:
        return urls

    def create_bucket(self, bucket_name: str, region_name: str, bucket_namespace: str | None = None) -> FakeBucket:
        """Make a bucket with AWS's defaults. Its name was checked before."""
        if bucket_name in s3_backends.bucket_accounts:
            raise BucketAlreadyExists(bucket=bucket_name)
        bucket = self.buckets[bucket_name] = Bucket(bucket_name, region_name, bucket_namespace)  # type: ignore[abstract]
        self.tagger.delete_all_tags_for_resource(bucket.arn)  # tags of an earlier bucket of that name
        return bucket

    def put_object(self, bucket_name: str, key_name: str, *args: Any, **kwargs: Any) -> FakeKey:
        """Write an object; in a suspended bucket it becomes the version `null`, in place of an earlier one."""
        key = super().put_object(bucket_name, key_name, *args, **kwargs)
        bucket = self._bucket(bucket_name)
        if bucket.is_suspended:
            _become_null_version(bucket, key)
        return key

    def copy_object(
        self, src_key: FakeKey, dest_bucket_name: str, dest_key_name: str, *args: Any, **kwargs: Any
    ) -> None:
        """Copy an object with its tags. moto would also keep the tags of the object that it replaces."""
        tags = self.tagger.get_tag_dict_for_resource(src_key.arn)
        super().copy_object(src_key, dest_bucket_name, dest_key_name, *args, **kwargs)
        copied: Any = find_version(self._bucket(dest_bucket_name), dest_key_name)
        self.put_object_tagging(copied, tags or None)

    def _set_delete_marker(self, bucket_name: str, key_name: str) -> FakeDeleteMarker:
        """Add a delete marker, also for a key that never existed [LocalStack's snapshots of AWS]."""
        bucket = self._bucket(bucket_name)
        nothing: Any = SimpleNamespace(name=key_name)  # not the version below, which may be deleted before the marker
        marker = FakeDeleteMarker(key=nothing)
        bucket.keys.setlist(key_name, [*bucket.keys.getlist(key_name, []), marker])
        if bucket.is_suspended:
            _become_null_version(bucket, marker)
        return marker

    def delete_object(
        self, bucket_name: str, key_name: str, version_id: str | None = None, bypass: bool = False
    ) -> tuple[bool, dict[str, Any]]:
        """Delete, with the tags. Returns `delete-marker` for a deleted marker too, as the API reference says."""
        bucket = self._bucket(bucket_name)
        deleted = find_version(bucket, key_name, version_id) if version_id or not bucket.is_versioned else None
        done, answer = super().delete_object(bucket_name, key_name, version_id=version_id, bypass=bypass)
        if isinstance(deleted, FakeDeleteMarker):
            answer["delete-marker"] = "true"
        elif deleted:
            self.tagger.delete_all_tags_for_resource(deleted.arn)
        return done, answer

    def delete_bucket_encryption(self, bucket_name: str) -> None:
        """Go back to the default encryption. Since 2023, S3 encrypts every bucket."""
        self.get_bucket(bucket_name).encryption = DEFAULT_ENCRYPTION

    def _bucket(self, name: str) -> Bucket:
        return self.get_bucket(name)  # type: ignore[return-value]  # create_bucket above made them all


def install() -> None:
    """Make moto use `ObjectStore` in this process, and let it forget what was deleted.

    May be repeated. The state of a plain moto backend is lost.
    """
    _let_go()
    s3_backends.backend = ObjectStore
    account = s3_backends.get(ACCOUNT_ID)
    if account is not None and not isinstance(account["aws"], ObjectStore):
        s3_backends.pop(ACCOUNT_ID)


def _let_go() -> None:
    """Keep moto from holding instances that nothing uses, and bodies that a list of versions copied."""
    BaseModel.__new__ = lambda cls, *_, **__: object.__new__(cls)  # type: ignore[method-assign]
    for model in (FakeKey, FakeDeleteMarker):
        model.__deepcopy__ = lambda version, _: version  # type: ignore[union-attr]  # a list only marks the latest ones
    FakeKey.__del__ = FakeKey.dispose  # type: ignore[method-assign]  # moto's would warn that it wasn't disposed of


def object_store() -> ObjectStore:
    """The backend that holds the buckets."""
    return s3_backends[ACCOUNT_ID]["aws"]  # type: ignore[return-value]


def find_bucket(name: str) -> Bucket | None:
    """A bucket, or None."""
    return object_store().buckets.get(name)  # type: ignore[return-value]


def versions(bucket: Bucket, key: str) -> list[Version]:
    """All versions of a key, oldest first."""
    return bucket.keys.getlist(key, [])  # type: ignore[no-any-return]


def find_version(bucket: Bucket, key: str, version_id: str | None = None) -> Version | None:
    """A version of a key, by default the current one. It may be a delete marker, or None if there is none."""
    found = versions(bucket, key)
    if version_id is None:
        return found[-1] if found else None
    return next((version for version in reversed(found) if version.version_id == version_id), None)


def insert_version(bucket: Bucket, key: str, version: Version) -> None:
    """Insert a version by age: an old one doesn't become the current one."""
    bucket.keys.setlist(key, sorted([*versions(bucket, key), version], key=lambda one: one.last_modified))


def replication_status(version: Version) -> str | None:
    """PENDING, COMPLETED, FAILED or REPLICA; None for a version that no replication rule covers."""
    return getattr(version, "replication_status", None)


def set_replication_status(version: Version, status: str | None) -> None:
    """Set the replication status of a version. It is stored with the version."""
    version.replication_status = status  # type: ignore[union-attr]


def part_sizes(version: Version) -> tuple[int, ...]:
    """Bytes of each part of a multipart object; empty if it was put or copied in one piece."""
    return getattr(version, "part_sizes", ())


def set_part_sizes(version: Version, sizes: tuple[int, ...]) -> None:
    """Set the sizes of an object's parts, in bytes. They are stored with the version."""
    version.part_sizes = sizes  # type: ignore[union-attr]


def _become_null_version(bucket: Bucket, version: Version) -> None:
    """Make a version the one with the id `null`. A key has at most one."""
    name = version.name
    version._version_id = "null"
    kept = [one for one in versions(bucket, name) if one is version or one.version_id != "null"]
    bucket.keys.setlist(name, kept)
