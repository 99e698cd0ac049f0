"""Checks when a function is made or changed, which moto lacks: runtimes, limits, code, roles."""

from __future__ import annotations

import datetime
import io
import json
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from moto.s3.models import FakeKey

from local_cloud.access.identities import can_be_assumed
from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.object_store import find_bucket, find_version

LAST_DAYS = {
    "python3.10": datetime.date(2026, 11, 30),
    "python3.11": datetime.date(2027, 7, 31),
    "python3.12": datetime.date(2028, 11, 30),
    "python3.13": datetime.date(2029, 7, 31),
    "python3.14": datetime.date(2029, 7, 31),
}
"""The day from which Lambda rejects a runtime, about a month after its deprecation (LDG/lambda-runtimes, 2026)."""

RETIRED = {
    *("python2.7", "python3.6", "python3.7", "python3.8", "python3.9"),
    *("nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10"),
    *("nodejs10.x", "nodejs12.x", "nodejs14.x", "nodejs16.x", "nodejs18.x"),
    *("dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet6"),
    *("go1.x", "java8", "provided", "ruby2.5", "ruby2.7", "ruby3.2"),
}
"""Runtimes that botocore still lists but Lambda no longer accepts."""

LARGEST_UNZIPPED = 262_144_000
"""Bytes of all files of a function at most."""

LARGEST_REQUEST = 70_167_211
"""Bytes of a request with code at most: 50 MB, in base64."""

LARGEST_ENVIRONMENT = 4096
"""Bytes of a function's environment variables at most, as JSON."""

RESERVED_VARIABLES = {
    *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"),
    *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"),
    *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"),
    *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
    *("AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
}
"""Environment variables that only Lambda sets."""

_NOT_DONE = (
    *("Layers", "FileSystemConfigs", "CodeSigningConfigArn", "ImageConfig", "DurableConfig", "CapacityProviderConfig"),
    *("TenancyConfig", "AcceleratorConfig", "RuntimeConfig", "PublishTo"),
)


def check_revision(call: Call, held: str) -> None:
    """Refuse a change if the caller's revision id is outdated.

    Raises:
        AwsError: PreconditionFailedException.
    """
    wanted = call.parameters.get("RevisionId")
    if wanted and wanted != held:
        raise AwsError(
            "PreconditionFailedException",
            "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to "
            "retrieve the latest Revision Id",
            412,
            Type="User",
        )


def invalid_parameter(message: str) -> AwsError:
    """Lambda's error for most invalid values."""
    return AwsError("InvalidParameterValueException", message, 400, Type="User")


def check_runtime(call: Call, *, today: datetime.date) -> None:
    """Refuse a runtime that doesn't exist, or is too old.

    Raises:
        AwsError: InvalidParameterValueException.
    """
    runtime = call.parameters.get("Runtime")
    shape: Any = call.model.input_shape
    if runtime is None:
        return
    known = shape.members["Runtime"].enum
    if runtime not in known:
        text = f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
        raise invalid_parameter(f"{text}[{', '.join(sorted(set(known) - RETIRED))}] or be a valid ARN")
    if runtime in RETIRED or today >= LAST_DAYS.get(runtime, datetime.date.max):
        raise invalid_parameter(
            f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
            "We recommend you use a supported runtime while creating or updating functions."
        )


def check_zip(code: bytes | None) -> None:
    """Refuse code that isn't a zip file, is empty, or is too large.

    Raises:
        AwsError: InvalidParameterValueException.
    """
    if code is None:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            entries = archive.infolist()
            size = sum(entry.file_size for entry in entries)
            is_whole = size >= LARGEST_UNZIPPED or (archive.testzip() is None and not _has_file_as_folder(entries))
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError):
        is_whole = False  # RuntimeError: encrypted, or of an unknown compression
    if not is_whole:
        raise invalid_parameter("Could not unzip uploaded file. Please check your file, then try to upload again.")
    if not entries:
        raise invalid_parameter("Uploaded file must be a non-empty zip")
    if size >= LARGEST_UNZIPPED:
        raise invalid_parameter(f"Unzipped size must be smaller than {LARGEST_UNZIPPED} bytes")


def _has_file_as_folder(entries: Iterable[zipfile.ZipInfo]) -> bool:
    """Whether a file lies in what is a file too: no file system can hold both."""
    files = {PurePosixPath(entry.filename) for entry in entries if not entry.is_dir()}
    return any(parent in files for path in files for parent in path.parents)


def check_source(call: Call, code: Mapping[str, Any]) -> None:
    """Refuse a function without code, code in an object that doesn't exist, and a request that is too large.

    Raises:
        AwsError: InvalidParameterValueException or RequestEntityTooLargeException.
    """
    if len(call.body) > LARGEST_REQUEST:
        text = f"Request must be smaller than {LARGEST_REQUEST} bytes for the {call.operation} operation"
        raise AwsError("RequestEntityTooLargeException", text, 413, Type="User")
    if not code.get("ZipFile") and not code.get("S3Bucket"):
        raise invalid_parameter("Please provide a source for function code.")
    if code.get("S3Bucket"):
        check_zip(_find_object(code["S3Bucket"], code.get("S3Key", ""), code.get("S3ObjectVersion"), call.region))
    check_zip(code.get("ZipFile"))


def _find_object(bucket_name: str, key: str, version_id: str | None, region: str) -> bytes | None:
    """The bytes of an object; None of a version that isn't there, which moto refuses."""
    bucket = find_bucket(bucket_name)
    missing = ("NoSuchBucket", "The specified bucket does not exist") if bucket is None else None
    if bucket is not None and key not in bucket.keys:
        missing = ("NoSuchKey", "The specified key does not exist.")
    if bucket is not None and bucket.region_name != region:
        where = f"The bucket is in this region: {bucket.region_name}. Please use this region to retry the request"
        missing = ("PermanentRedirect", where)
    if missing:
        code, message = missing
        text = f"Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message}"
        raise invalid_parameter(text)
    found = bucket and find_version(bucket, key, version_id)
    return bytes(found.value) if isinstance(found, FakeKey) else None


def check_environment(variables: Mapping[str, str]) -> None:
    """Refuse variables that Lambda sets itself, and more than 4 KB of them (LDG/configuration-envvars).

    Raises:
        AwsError: InvalidParameterValueException.
    """
    beginning = "Lambda was unable to configure your environment variables because the environment variables you have "
    if reserved := sorted(RESERVED_VARIABLES & set(variables)):
        raise invalid_parameter(
            f"{beginning}provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    text = json.dumps(variables, separators=(",", ":"))
    if len(text.encode()) > LARGEST_ENVIRONMENT:
        raise invalid_parameter(f"{beginning}provided exceeded the 4KB limit. String measured: {text}")


def check_supported(call: Call) -> None:
    """Refuse settings that exist on AWS but have no effect here.

    Raises:
        AwsError: NotImplemented.
    """
    parameters = call.parameters
    wanted = [member for member in _NOT_DONE if parameters.get(member)]
    if (parameters.get("VpcConfig") or {}).get("SubnetIds"):
        wanted.append("VpcConfig")
    if parameters.get("PackageType") == "Image" or (parameters.get("Code") or {}).get("ImageUri"):
        wanted.append("container images")
    if (parameters.get("DeadLetterConfig") or {}).get("TargetArn"):
        wanted.append("DeadLetterConfig")
    if (parameters.get("SnapStart") or {}).get("ApplyOn") == "PublishedVersions":
        wanted.append("SnapStart")
    if wanted:
        text = f"The local cloud doesn't implement {', '.join(wanted)} in {call.operation} of lambda."
        raise AwsError("NotImplemented", text, 501)


def check_role(role_arn: str | None) -> None:
    """Refuse a role that doesn't exist or doesn't trust Lambda. AWS also refuses one that was just made.

    Raises:
        AwsError: InvalidParameterValueException.
    """
    if role_arn and not can_be_assumed(role_arn, "lambda.amazonaws.com"):
        raise invalid_parameter("The role defined for the function cannot be assumed by Lambda.")
