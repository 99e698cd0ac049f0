"""Objects: writes, which the replicator gets, and the replication status in answers."""

from __future__ import annotations

from typing import Any

from moto.s3.exceptions import AccessDeniedByLock
from moto.s3.models import FakeDeleteMarker, FakeKey

from local_cloud.call import Call, Response
from local_cloud.engines.replicator import Replicator
from local_cloud.errors import AwsError, malformed_xml
from local_cloud.object_store import Bucket, find_bucket, find_version, object_store, part_sizes, replication_status
from local_cloud.services.s3.digests import check_digests
from local_cloud.services.s3.lookups import bucket_of, check_version_id, invalid_argument, is_version_id
from local_cloud.services.s3.parts import (
    ask_for_whole,
    check_part,
    cut_to_part,
    describe_object,
    find_upload,
    keep_parts,
)
from local_cloud.services.s3.preconditions import (
    check_delete,
    check_match,
    check_not_of_directory_buckets,
    check_write,
    take_match,
)
from local_cloud.services.s3.tags import check_tags
from local_cloud.services.s3.young_versioning import YoungVersioning
from local_cloud.services.service import Service

STATUS_HEADER = "x-amz-replication-status"
_MOST_DELETIONS = 1000
_MOST_PARTS = 10_000
_OF_THE_REQUEST = ("x-amz-content-sha256", "content-md5")


class ObjectOperations(Service):
    """Operations on objects. The replicator gets each write after moto has done it."""

    _replicator: Replicator
    _young: YoungVersioning

    def observe_put_object(self, call: Call, response: Response) -> None:
        """Replicate the object, and remove headers of the request's signature, which moto would return to readers."""
        bucket = find_bucket(call.parameters["Bucket"])
        version = bucket and find_version(bucket, call.parameters["Key"])
        if isinstance(version, FakeKey):
            for name in _OF_THE_REQUEST:
                version.metadata.pop(name, None)
        self._tell_of_current_version(call)

    def observe_copy_object(self, call: Call, response: Response) -> None:
        """Replicate the copy. A copy in place makes a new version, so it retries a FAILED replication."""
        self._tell_of_current_version(call)

    def observe_complete_multipart_upload(self, call: Call, response: Response) -> None:
        """Replicate the object that was uploaded in parts."""
        bucket = find_bucket(call.parameters["Bucket"])
        version = bucket and find_version(bucket, call.parameters["Key"])
        if isinstance(version, FakeKey):
            keep_parts(version, [part["PartNumber"] for part in call.parameters["MultipartUpload"]["Parts"]])
        self._tell_of_current_version(call)

    def prepare_delete_object(self, call: Call) -> None:
        """Remove the condition, which is checked here. moto would treat `*` as an ETag."""
        take_match(call)

    def refuse_delete_object(self, call: Call) -> None:
        """Refuse malformed version ids, failed conditions, and a bypass header in a bucket without Object Lock."""
        _check_bypass(call)
        _check_version(call)
        check_not_of_directory_buckets(call)
        check_delete(call)

    def observe_delete_object(self, call: Call, response: Response) -> None:
        """Replicate a delete marker. Permanent deletion of a version is never replicated."""
        if not call.parameters.get("VersionId"):
            self._tell_of_current_version(call)

    def refuse_delete_objects(self, call: Call) -> None:
        """Refuse no objects or more than 1,000, and a bypass header in a bucket without Object Lock."""
        _check_bypass(call)
        if not 1 <= len(call.parameters["Delete"]["Objects"]) <= _MOST_DELETIONS:
            raise malformed_xml()

    def refuse_upload_part(self, call: Call) -> None:
        """Refuse invalid part numbers and wrong checksums."""
        number = call.parameters.get("PartNumber", 1)
        if not 1 <= number <= _MOST_PARTS:
            message = f"Part number must be an integer between 1 and {_MOST_PARTS}, inclusive"
            raise invalid_argument(message, "partNumber", str(number))
        find_upload(call)
        check_digests(call)

    def refuse_abort_multipart_upload(self, call: Call) -> None:
        """Refuse an upload that doesn't exist, or belongs to another key."""
        find_upload(call)

    refuse_list_parts = refuse_abort_multipart_upload

    def refuse_complete_multipart_upload(self, call: Call) -> None:
        """Refuse parts that are not in ascending order, and failed conditions."""
        parts = (call.parameters.get("MultipartUpload") or {}).get("Parts") or []
        numbers = [part.get("PartNumber", 0) for part in parts]
        if numbers != sorted(set(numbers)):
            message = (
                "The list of parts was not in ascending order. "
                "The parts list must be specified in order by part number."
            )
            raise AwsError("InvalidPartOrder", message)
        upload = find_upload(call)
        check_write(call)
        size = sum(upload.parts[number].contentsize for number in numbers if number in upload.parts)
        if call.parameters.get("MpuObjectSize") not in (None, size):
            message = "The provided 'x-amz-mp-object-size' header does not match what was uploaded."
            raise AwsError("InvalidRequest", message)  # the code is documented, the message is not

    def refuse_get_object_attributes(self, call: Call) -> None:
        """Refuse attributes that S3 doesn't know."""
        known = call.model.input_shape.members["ObjectAttributes"].member.enum  # type: ignore[union-attr, attr-defined]
        given = call.parameters.get("ObjectAttributes") or []
        if not given or set(given) - set(known):
            raise invalid_argument("Invalid attribute name specified.", "x-amz-object-attributes", ",".join(given))

    def answer_get_object_attributes(self, call: Call) -> dict[str, Any]:
        """Describe an object and its parts."""
        return describe_object(call, existing_object(call))

    def observe_put_object_acl(self, call: Call, response: Response) -> None:
        """Replicate the ACL. The original of a replica gets it too, if replica modifications are synced."""
        self._replicator.metadata_changed(bucket_of(call), existing_object(call))

    def answer_delete_objects(self, call: Call) -> dict[str, Any]:
        """Delete objects, return an error for each that may not be deleted, and replicate the delete markers.

        A quiet answer contains only errors (S3 API Reference, DeleteObjects).
        """
        bucket, deleted, errors = bucket_of(call), [], []
        bypass = bool(call.parameters.get("BypassGovernanceRetention"))
        for place, item in enumerate(call.parameters["Delete"]["Objects"]):
            try:
                deleted.append(_delete(bucket, item, bypass=bypass, refusal=call.refusals.get(place)))
            except AwsError as error:
                which = {name: item[name] for name in ("Key", "VersionId") if item.get(name)}
                errors.append({**which, "Code": error.code, "Message": error.message})
                continue
            if not item.get("VersionId"):
                self._tell_of_current_version(call, item["Key"])
        told = [] if call.parameters["Delete"].get("Quiet") else deleted
        return {"Deleted": told, "Errors": errors}

    def refuse_get_object_tagging(self, call: Call) -> None:
        """Refuse an object that doesn't exist, or a delete marker."""
        _tagged_object(call)

    def answer_put_object_tagging(self, call: Call) -> Response:
        """Replace an object's tags, and those of its replica. The new set may be empty."""
        tags = (call.parameters.get("Tagging") or {}).get("TagSet") or []
        return self._put_tags(call, check_tags(tags), status=200)

    def answer_delete_object_tagging(self, call: Call) -> Response:
        """Remove the tags of an object and of its replica."""
        return self._put_tags(call, {}, status=204)

    def prepare_get_object(self, call: Call) -> None:
        """Ask moto for the whole object. Its part is cut out here, as moto no longer knows the parts."""
        bucket = find_bucket(call.parameters["Bucket"])
        version = bucket and find_version(bucket, call.parameters["Key"], call.parameters.get("VersionId"))
        if call.parameters.get("PartNumber") is not None and isinstance(version, FakeKey) and part_sizes(version):
            ask_for_whole(call)

    prepare_head_object = prepare_get_object

    def refuse_get_object(self, call: Call) -> None:
        """Refuse malformed version ids, delete markers, and parts that don't exist."""
        _check_version(call)
        _check_readable(call)
        self._young.check(call, find_bucket(call.parameters["Bucket"]))

    def observe_get_object(self, call: Call, response: Response) -> None:
        """Add the replication status of objects that a rule covers. Cut the answer to the requested part."""
        _complete(call, response)

    def refuse_head_object(self, call: Call) -> None:
        """Refuse the same as GetObject."""
        _check_version(call)
        _check_readable(call)
        self._young.check(call, find_bucket(call.parameters["Bucket"]))

    def observe_head_object(self, call: Call, response: Response) -> None:
        """Add the replication status of objects that a rule covers. Cut the answer to the requested part."""
        _complete(call, response)

    def _tell_of_current_version(self, call: Call, key: str | None = None) -> None:
        bucket = find_bucket(call.parameters["Bucket"])
        if bucket is None or bucket.replication_configuration is None:
            return
        version = find_version(bucket, key or call.parameters["Key"])
        if version is not None:
            self._replicator.version_written(bucket, version)

    def _put_tags(self, call: Call, tags: dict[str, str], *, status: int) -> Response:
        bucket = bucket_of(call)
        version = _tagged_object(call)
        object_store().put_object_tagging(version, tags or None)
        self._replicator.metadata_changed(bucket, version)
        headers = [("x-amz-version-id", version.version_id)] if bucket.is_versioned else []
        return Response(status, headers)


def _delete(bucket: Bucket, item: dict[str, Any], *, bypass: bool, refusal: AwsError | None) -> dict[str, Any]:
    """Delete one of the objects that DeleteObjects names.

    Raises:
        AwsError: This object may not be deleted.
    """
    if refusal:
        raise refusal
    key, version_id = item["Key"], item.get("VersionId")
    if item.get("ETag"):
        check_match(bucket, key, item["ETag"])
    if version_id and not (is_version_id(version_id) and (bucket.is_versioned or version_id == "null")):
        raise AwsError("NoSuchVersion", "The specified version does not exist.", 404)
    try:
        _, answer = object_store().delete_object(bucket.name, key, version_id, bypass)
    except AccessDeniedByLock as error:
        message = "Access Denied because object protected by object lock."
        raise AwsError("AccessDenied", message, 403) from error
    deleted = {"Key": key, "VersionId": version_id} if version_id else {"Key": key}
    if answer.get("delete-marker"):
        deleted |= {"DeleteMarker": True, "DeleteMarkerVersionId": answer["version-id"]}
    return deleted


def existing_object(call: Call) -> FakeKey:
    """The object version that a call names.

    Raises:
        AwsError: The object or version doesn't exist, or is a delete marker.
    """
    _check_version(call)
    key, version_id = call.parameters["Key"], call.parameters.get("VersionId")
    version = find_version(bucket_of(call), key, version_id)
    if version is None and version_id:
        raise AwsError("NoSuchVersion", "The specified version does not exist.", 404, Key=key, VersionId=version_id)
    if version is None:
        raise AwsError("NoSuchKey", "The specified key does not exist.", 404, Key=key)
    if isinstance(version, FakeDeleteMarker):
        if not version_id:
            headers = {"x-amz-delete-marker": "true", "x-amz-version-id": version.version_id}
            raise AwsError("NoSuchKey", "The specified key does not exist.", 404, headers=headers, Key=key)
        raise _not_of_a_marker(call, version)
    return version


def _tagged_object(call: Call) -> FakeKey:
    """The object version of a call about tags. A delete marker is refused, also without a version id."""
    current = find_version(bucket_of(call), call.parameters["Key"])
    if isinstance(current, FakeDeleteMarker) and not call.parameters.get("VersionId"):
        raise _not_of_a_marker(call, current)
    return existing_object(call)


def _not_of_a_marker(call: Call, marker: FakeDeleteMarker) -> AwsError:
    message = "The specified method is not allowed against this resource."
    headers = {"x-amz-delete-marker": "true", "x-amz-version-id": marker.version_id}
    details = {"Method": call.request.method, "ResourceType": "DeleteMarker"}
    return AwsError("MethodNotAllowed", message, 405, headers=headers, **details)


def _check_bypass(call: Call) -> None:
    """Refuse the header that bypasses governance mode in a bucket without Object Lock."""
    if call.parameters.get("BypassGovernanceRetention") is not None and not bucket_of(call).object_lock_enabled:
        header = "x-amz-bypass-governance-retention"
        message = f"{header} is only applicable to Object Lock enabled buckets."
        raise AwsError("InvalidArgument", message, ArgumentName=header)


def _check_version(call: Call) -> None:
    check_version_id(call.parameters.get("VersionId"), find_bucket(call.parameters["Bucket"]))


def _check_readable(call: Call) -> None:
    """Refuse to read a delete marker, or a part after the last.

    Raises:
        AwsError: NoSuchKey, MethodNotAllowed or InvalidPartNumber.
    """
    bucket = find_bucket(call.parameters["Bucket"])
    version = bucket and find_version(bucket, call.parameters["Key"], call.parameters.get("VersionId"))
    if isinstance(version, FakeDeleteMarker):
        existing_object(call)
    if call.parameters.get("PartNumber") is not None and isinstance(version, FakeKey):
        check_part(call, version)


def _complete(call: Call, response: Response) -> None:
    bucket = find_bucket(call.parameters["Bucket"])
    version = bucket and find_version(bucket, call.parameters["Key"], call.parameters.get("VersionId"))
    if version and (status := replication_status(version)):
        response.headers.append((STATUS_HEADER, status))
    if call.parameters.get("PartNumber") is not None and isinstance(version, FakeKey):
        cut_to_part(call, response, version)
