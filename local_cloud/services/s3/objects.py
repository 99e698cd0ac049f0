"""Objects: what the replicator must hear of, and the replication status in answers."""

from __future__ import annotations

import re
from typing import Any

from moto.s3.models import FakeDeleteMarker, FakeKey

from local_cloud.call import Call, Response
from local_cloud.engines.replicator import Replicator
from local_cloud.errors import AwsError
from local_cloud.object_store import find_bucket, find_version, object_store, replication_status
from local_cloud.services.s3.lookups import bucket_of
from local_cloud.services.service import Service

STATUS_HEADER = "x-amz-replication-status"
_VERSION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|null")
_MOST_TAGS = 10
_OF_THE_REQUEST = ("x-amz-content-sha256", "content-md5")
_TAG_TEXT = re.compile(r"[\w\s.:/=+@-]*")


class ObjectOperations(Service):
    """Operations on objects. Writes are told to the replicator after moto has done them."""

    _replicator: Replicator

    def observe_put_object(self, call: Call, response: Response) -> None:
        """Replicate what was put, and forget how the request was signed, which moto would show to readers."""
        bucket = find_bucket(call.parameters["Bucket"])
        version = bucket and find_version(bucket, call.parameters["Key"])
        if isinstance(version, FakeKey):
            for name in _OF_THE_REQUEST:
                version.metadata.pop(name, None)
        self._tell_of_current_version(call)

    def observe_copy_object(self, call: Call, response: Response) -> None:
        """Replicate what was copied; a copy in place is a new version, and so the way to redo a FAILED one."""
        self._tell_of_current_version(call)

    def observe_complete_multipart_upload(self, call: Call, response: Response) -> None:
        """Replicate what was uploaded in parts."""
        self._tell_of_current_version(call)

    def refuse_delete_object(self, call: Call) -> None:
        """Refuse version ids that no version can have."""
        check_version_id(call)

    def observe_delete_object(self, call: Call, response: Response) -> None:
        """Replicate a delete marker. Deleting a version for good is never replicated."""
        if not call.parameters.get("VersionId"):
            self._tell_of_current_version(call)

    def observe_delete_objects(self, call: Call, response: Response) -> None:
        """Replicate the delete markers that were put."""
        for entry in call.parameters["Delete"]["Objects"]:
            if not entry.get("VersionId"):
                self._tell_of_current_version(call, entry["Key"])

    def answer_put_object_tagging(self, call: Call) -> Response:
        """Replace an object's tags, by none also; its replica gets them as well."""
        tags = (call.parameters.get("Tagging") or {}).get("TagSet") or []
        return self._put_tags(call, check_tags(tags), status=200)

    def answer_delete_object_tagging(self, call: Call) -> Response:
        """Remove an object's tags, and its replica's."""
        return self._put_tags(call, {}, status=204)

    def refuse_get_object(self, call: Call) -> None:
        """Refuse version ids that no version can have."""
        check_version_id(call)

    def observe_get_object(self, call: Call, response: Response) -> None:
        """Say how far replication is, for objects that a rule covers."""
        _add_status(call, response)

    def refuse_head_object(self, call: Call) -> None:
        """Refuse version ids that no version can have."""
        check_version_id(call)

    def observe_head_object(self, call: Call, response: Response) -> None:
        """Say how far replication is, for objects that a rule covers."""
        _add_status(call, response)

    def _tell_of_current_version(self, call: Call, key: str | None = None) -> None:
        bucket = find_bucket(call.parameters["Bucket"])
        if bucket is None or bucket.replication_configuration is None:
            return
        version = find_version(bucket, key or call.parameters["Key"])
        if version is not None:
            self._replicator.version_written(bucket, version)

    def _put_tags(self, call: Call, tags: dict[str, str], *, status: int) -> Response:
        bucket = bucket_of(call)
        version = existing_object(call)
        object_store().put_object_tagging(version, tags or None)
        self._replicator.tags_changed(bucket, version)
        headers = [("x-amz-version-id", version.version_id)] if bucket.is_versioned else []
        return Response(status, headers)


def existing_object(call: Call) -> FakeKey:
    """The object version that a call names.

    Raises:
        AwsError: There is no such object or version, or it is a delete marker.
    """
    check_version_id(call)
    key, version_id = call.parameters["Key"], call.parameters.get("VersionId")
    version = find_version(bucket_of(call), key, version_id)
    if version is None and version_id:
        raise AwsError("NoSuchVersion", "The specified version does not exist.", 404, Key=key, VersionId=version_id)
    if version is None or (isinstance(version, FakeDeleteMarker) and not version_id):
        raise AwsError("NoSuchKey", "The specified key does not exist.", 404, Key=key)
    if isinstance(version, FakeDeleteMarker):
        message = "The specified method is not allowed against this resource."
        raise AwsError("MethodNotAllowed", message, 405, headers={"x-amz-delete-marker": "true"})
    return version


def check_version_id(call: Call) -> None:
    """Refuse a version id that is not one.

    Raises:
        AwsError: InvalidArgument, as on AWS; a well-formed id of no version is another matter.
    """
    given = call.parameters.get("VersionId")
    if given is not None and not _VERSION_ID.fullmatch(given):
        details = {"ArgumentName": "versionId", "ArgumentValue": given}
        raise AwsError("InvalidArgument", "Invalid version id specified", **details)


def check_tags(tags: list[dict[str, Any]]) -> dict[str, str]:
    """A tag set as a dict.

    Raises:
        AwsError: Too many tags, a key twice, or a key of AWS's own.
    """
    found = {tag["Key"]: tag.get("Value") or "" for tag in tags}
    if len(tags) > _MOST_TAGS:
        raise AwsError("BadRequest", "Object tags cannot be greater than 10")
    if len(found) < len(tags):
        raise AwsError("InvalidTag", "Cannot provide multiple Tags with the same key")
    if any(key.startswith("aws:") for key in found):
        raise AwsError("InvalidTag", "System tags cannot be added/updated by requester")
    for key, value in found.items():
        if not 1 <= len(key) <= 128 or not _TAG_TEXT.fullmatch(key):
            raise AwsError("InvalidTag", "The TagKey you have provided is invalid", TagKey=key)
        if len(value) > 256 or not _TAG_TEXT.fullmatch(value):
            raise AwsError("InvalidTag", "The TagValue you have provided is invalid", TagKey=key, TagValue=value)
    return found


def _add_status(call: Call, response: Response) -> None:
    bucket = find_bucket(call.parameters["Bucket"])
    version = bucket and find_version(bucket, call.parameters["Key"], call.parameters.get("VersionId"))
    if version and (status := replication_status(version)):
        response.headers.append((STATUS_HEADER, status))
