"""Buckets: names, regions, versioning, ACLs and deletion."""

from __future__ import annotations

import re
from functools import cache

import botocore.session

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.object_store import Bucket, find_bucket, object_store
from local_cloud.services.s3.digests import check_digests
from local_cloud.services.s3.locks import check_not_locked, check_retention
from local_cloud.services.s3.lookups import bucket_of
from local_cloud.services.s3.preconditions import check_not_of_directory_buckets, check_write
from local_cloud.services.s3.tags import MOST_BUCKET_TAGS, check_tagging_header, check_tags
from local_cloud.services.s3.young_versioning import YoungVersioning
from local_cloud.services.service import Service

_NAME = re.compile(r"(?!\d{1,3}(\.\d{1,3}){3}$)[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9]")
_FORBIDDEN_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
_FORBIDDEN_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_ACL_PARAMETERS = ("ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")
_ACL_WITH_OWNERSHIP = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
_PUBLIC_GROUPS = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")
_PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")


class BucketOperations(Service):
    """Operations on buckets, and the ACLs that a bucket's ownership setting allows."""

    _young: YoungVersioning

    def refuse_create_bucket(self, call: Call) -> None:
        """Refuse names and regions that AWS refuses."""
        check_bucket_name(call.parameters["Bucket"])
        configuration = call.parameters.get("CreateBucketConfiguration") or {}
        place = configuration.get("LocationConstraint")
        if place and place not in (*regions(), "EU"):
            details = {"LocationConstraint": place}
            raise AwsError("InvalidLocationConstraint", "The specified location-constraint is not valid", **details)
        check_tags(configuration.get("Tags") or [], most=MOST_BUCKET_TAGS)
        ownership = call.parameters.get("ObjectOwnership", "BucketOwnerEnforced")
        if ownership == "BucketOwnerEnforced" and call.parameters.get("ACL", "private") != "private":
            raise AwsError("InvalidBucketAclWithObjectOwnership", _ACL_WITH_OWNERSHIP)
        if _is_public(call):  # a new bucket blocks public ACLs, whatever its ownership
            message = "Bucket cannot have public ACLs set with BlockPublicAccess enabled"
            raise AwsError("InvalidBucketAclWithBlockPublicAccessError", message)

    def refuse_put_bucket_ownership_controls(self, call: Call) -> None:
        """Refuse to disable ACLs while the bucket's ACL gives others access (S3 User Guide, "Prerequisites")."""
        rules = (call.parameters.get("OwnershipControls") or {}).get("Rules") or []
        acl = bucket_of(call).acl
        opens = acl and any(grantee.uri for grant in acl.grants for grantee in grant.grantees)
        if opens and any(rule.get("ObjectOwnership") == "BucketOwnerEnforced" for rule in rules):
            raise AwsError("InvalidBucketAclWithObjectOwnership", _ACL_WITH_OWNERSHIP)

    def refuse_get_bucket_inventory_configuration(self, call: Call) -> None:
        """Refuse a configuration that doesn't exist, with S3's error code."""
        if call.parameters["Id"] not in bucket_of(call).inventory_configs:
            raise AwsError("NoSuchConfiguration", "The specified configuration does not exist.", 404)

    def refuse_put_bucket_notification_configuration(self, call: Call) -> None:
        """Refuse notifications, as the local cloud sends none."""
        if wanted := [
            name
            for name, value in (call.parameters.get("NotificationConfiguration") or {}).items()
            if value is not None
        ]:
            text = f"The local cloud doesn't implement {', '.join(wanted)} in PutBucketNotificationConfiguration of s3."
            raise AwsError("NotImplemented", text, 501)

    def observe_create_bucket(self, call: Call, response: object) -> None:
        """Change the old name `EU` to eu-west-1, and keep tags in the request, which moto drops."""
        bucket = bucket_of(call)
        if bucket.region_name == "EU":
            bucket.region_name = "eu-west-1"
        if tags := (call.parameters.get("CreateBucketConfiguration") or {}).get("Tags"):
            object_store().put_bucket_tagging(bucket.name, {tag["Key"]: tag["Value"] for tag in tags})

    def refuse_delete_bucket(self, call: Call) -> None:
        """Refuse to delete a bucket that holds versions or delete markers."""
        bucket = bucket_of(call)
        if bucket.keys:
            hint = " You must delete all versions in the bucket." if bucket.is_versioned else ""
            message = f"The bucket you tried to delete is not empty.{hint}"
            raise AwsError("BucketNotEmpty", message, 409, BucketName=bucket.name)

    def refuse_put_bucket_versioning(self, call: Call) -> None:
        """Refuse unknown states, and suspending versioning on a source bucket of replication."""
        bucket = bucket_of(call)
        status = (call.parameters.get("VersioningConfiguration") or {}).get("Status")
        if status is None:
            message = "The Versioning element must be specified"
            raise AwsError("IllegalVersioningConfigurationException", message)
        if (call.parameters.get("VersioningConfiguration") or {}).get("MFADelete") == "Enabled":
            raise AwsError("NotImplemented", "The local cloud doesn't implement MFADelete of PutBucketVersioning.", 501)
        if status == "Suspended":
            check_not_locked(call)
        if status == "Suspended" and bucket.replication_configuration is not None:
            message = (
                "A replication configuration is present on this bucket, so you cannot change the versioning state. "
                "To change the versioning state, first delete the replication configuration."
            )
            raise AwsError("InvalidBucketState", message, 409)

    def observe_put_bucket_versioning(self, call: Call, response: object) -> None:
        """Remember when a bucket got versioning."""
        if call.parameters["VersioningConfiguration"].get("Status") == "Enabled":
            self._young.begin(bucket_of(call))

    def refuse_put_object(self, call: Call) -> None:
        """Refuse ACLs under BucketOwnerEnforced, invalid tags, wrong checksums, and failed conditions."""
        check_acl(call)
        check_tagging_header(call)
        check_retention(call)
        check_not_of_directory_buckets(call)
        check_write(call)
        check_digests(call)

    def refuse_create_multipart_upload(self, call: Call) -> None:
        """Refuse ACLs under BucketOwnerEnforced, and invalid tags."""
        check_acl(call)
        check_tagging_header(call)

    def refuse_put_object_acl(self, call: Call) -> None:
        """Refuse ACLs under BucketOwnerEnforced."""
        check_acl(call, has_document=_has_acl(call))

    def refuse_put_bucket_acl(self, call: Call) -> None:
        """Refuse ACLs under BucketOwnerEnforced."""
        check_acl(call, has_document=_has_acl(call))


def check_bucket_name(name: str) -> None:
    """Refuse invalid bucket names (S3 User Guide, "General purpose bucket naming rules").

    Raises:
        AwsError: InvalidBucketName.
    """
    if not _NAME.fullmatch(name) or name.startswith(_FORBIDDEN_STARTS) or name.endswith(_FORBIDDEN_ENDS):
        raise AwsError("InvalidBucketName", "The specified bucket is not valid.", BucketName=name)


def _has_acl(call: Call) -> bool:
    """Whether the request's body is an ACL. A header may give it instead; one of the two is required."""
    has_document = bool(call.parameters.get("AccessControlPolicy"))
    if not has_document and not any(call.parameters.get(name) for name in _ACL_PARAMETERS):
        message = "Your request was missing a required header"
        raise AwsError("MissingSecurityHeader", message, MissingHeaderName="x-amz-acl")
    return has_document


def _is_public(call: Call) -> bool:
    """Whether the ACL in a request (name, header or document) is for everyone, or for all AWS accounts."""
    headers = [str(call.parameters.get(name)) for name in _ACL_PARAMETERS]
    grants = (call.parameters.get("AccessControlPolicy") or {}).get("Grants") or []
    listed = headers + [str((grant.get("Grantee") or {}).get("URI")) for grant in grants]
    return headers[0] in _PUBLIC_ACLS or any(group in text for group in _PUBLIC_GROUPS for text in listed)


def check_acl(call: Call, *, has_document: bool = False) -> None:
    """Refuse ACLs under BucketOwnerEnforced, and public ACLs under BlockPublicAcls.

    Raises:
        AwsError: AccessControlListNotSupported, or AccessDenied.
    """
    bucket = find_bucket(call.parameters["Bucket"])
    given = [call.parameters[name] for name in _ACL_PARAMETERS if call.parameters.get(name)]
    if bucket is None or not (given or has_document):
        return
    if not bucket.has_acls and given != ["bucket-owner-full-control"]:
        raise AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs")
    block = bucket.public_access_block
    if block and block.block_public_acls and _is_public(call):
        raise AwsError("AccessDenied", "Access Denied", 403)


@cache
def regions() -> frozenset[str]:
    """The regions that S3 has."""
    return frozenset(botocore.session.Session().get_available_regions("s3"))


def redirect_to(bucket: Bucket) -> AwsError:
    """The redirect for a request to another region than the bucket's. botocore and browsers follow it."""
    host = f"{bucket.name}.s3.{bucket.region_name}.amazonaws.com"
    message = (
        "The bucket you are attempting to access must be addressed using the specified endpoint. "
        "Please send all future requests to this endpoint."
    )
    headers = {"x-amz-bucket-region": bucket.region_name}
    details = {"Endpoint": host, "Bucket": bucket.name, "Region": bucket.region_name}
    return AwsError("PermanentRedirect", message, 301, headers=headers, **details)
