"""An AWS account for a case: clients, unique names, expected refusals, and cleaning up."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from botocore.exceptions import ClientError

T = TypeVar("T")

ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


class NotRefused(AssertionError):  # noqa: N818
    """A call that AWS refuses was accepted."""


class RefusedOtherwise(AssertionError):  # noqa: N818
    """A call was refused, but not as AWS refuses it."""


@dataclass
class Account:
    """An account for one case.

    Attributes:
        make_client: Makes a client of a service in a region, or returns an existing one.
        account_id: Twelve digits.
        endpoint: What `url` returns.
        names: Gives the next unique name for a kind of thing.
        longest_wait: Seconds that `eventually` waits at most, even if a case asks for more.
        sleep: Waits some seconds.
        was_asked: Whether the case used a client or the address. Otherwise it can't have called AWS.
        sentences: The messages that the case expected in refusals.
    """

    make_client: Callable[[str, str], Any]
    account_id: str
    endpoint: str | None
    names: Callable[[str], str]
    longest_wait: float
    sleep: Callable[[float], None] = time.sleep
    was_asked: bool = False
    sentences: list[str] = field(default_factory=list)
    _undo: list[Callable[[], Any]] = field(default_factory=list)

    def client(self, service: str, region: str = "eu-west-1") -> Any:
        """A boto3 client that tries once."""
        self.was_asked = True
        return self.make_client(service, region)

    @property
    def url(self) -> str | None:
        """The address for plain HTTP. None on AWS, which has an address for each service and region."""
        self.was_asked = True
        return self.endpoint

    def name(self, kind: str) -> str:
        """A unique name: lower case, at most 40 characters."""
        return self.names(kind)

    def refuses(
        self, code: str, status: int, message: str | None, method: Callable[..., Any], /, **parameters: Any
    ) -> dict[str, Any]:
        """Make a call that AWS refuses.

        Args:
            code: AWS's error code.
            status: HTTP status.
            message: Part of AWS's message, or None if it is not known for certain.
            method: A client's method.
            **parameters: Its arguments.

        Returns:
            The refusal, as botocore parsed it.

        Raises:
            NotRefused: The call was accepted.
            RefusedOtherwise: Code, status or message differ.
        """
        self.sentences += [message] if message is not None else []
        try:
            accepted = method(**parameters)
        except ClientError as error:
            refusal: dict[str, Any] = dict(error.response)
        else:
            raise NotRefused(f"{method.__name__} was accepted, AWS says {code}; it answered {_shorten(accepted)}")
        said = refusal.get("Error", {})
        found = (str(said.get("Code")), refusal["ResponseMetadata"]["HTTPStatusCode"])
        if found != (code, status):
            raise RefusedOtherwise(f"refused with {found[0]} {found[1]}, AWS says {code} {status}; {_shorten(said)}")
        if message is not None and message not in str(said.get("Message")):
            raise RefusedOtherwise(f"refused with {said.get('Message')!r}, AWS says {message!r}")
        return refusal

    def clean_up(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> None:
        """Call a function when the case has ended, even if it failed. The last function is called first."""
        self._undo.append(lambda: function(*args, **kwargs))

    def close(self) -> None:
        """Clean up everything, in reverse order. Deleted resources are not an error.

        Raises:
            ExceptionGroup: Something couldn't be cleaned up. The rest was.
        """
        failed: list[Exception] = []
        while self._undo:
            undo = self._undo.pop()
            try:
                undo()
            except Exception as error:
                if not is_gone(error):
                    failed.append(error)
        if failed:
            raise ExceptionGroup("not everything was cleaned up", failed)

    def create_bucket(self, region: str = "eu-west-1", versioned: bool = False) -> str:
        """Create an empty bucket with a unique name. Cleaning up deletes its contents too."""
        bucket, s3 = self.name("bucket"), self.client("s3", region)
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **where)
        self.clean_up(delete_bucket, s3, bucket)
        if versioned:
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        return bucket

    def create_role(
        self,
        service: str | list[str] = "lambda.amazonaws.com",
        *,
        statements: list[dict[str, Any]] | None = None,
        path: str = "/",
    ) -> str:
        """Create a role with a unique name that one or more services may assume.

        Args:
            service: The services that may assume it.
            statements: Its permissions; none if None. `[ANYTHING]` is for the local cloud only.
            path: Its path.

        Returns:
            Its ARN.
        """
        iam, name = self.client("iam"), self.name("role")
        statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, Path=path)["Role"]
        self.clean_up(iam.delete_role, RoleName=name)
        if statements:
            policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_role_policy(RoleName=name, PolicyName="permissions", PolicyDocument=policy)
            self.clean_up(iam.delete_role_policy, RoleName=name, PolicyName="permissions")
        return str(role["Arn"])

    def eventually(self, check: Callable[[], T], timeout: float = 60.0) -> T:
        """Call `check` until it raises no AssertionError, and return its result.

        Args:
            check: Makes a call and asserts.
            timeout: Seconds that AWS may need. The wait for the local cloud and moto is shorter.

        Raises:
            AssertionError: The last error of `check`.
        """
        deadline = time.monotonic() + min(timeout, self.longest_wait)
        pause = 0.01
        while True:
            try:
                return check()
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
            self.sleep(pause)
            pause = min(2 * pause, max(0.01, self.longest_wait / 400), 5.0)


@contextlib.contextmanager
def sent_as(client: Any, content_type: str) -> Iterator[None]:
    """Make a client send another Content-Type. curl, for example, sends that of a form."""

    def rename(request: Any, **_: Any) -> None:
        del request.headers["Content-Type"]
        request.headers["Content-Type"] = content_type

    client.meta.events.register("before-sign", rename)
    try:
        yield
    finally:
        client.meta.events.unregister("before-sign", rename)


def delete_bucket(s3: Any, bucket: str) -> None:
    """Delete a bucket with all versions and delete markers in it."""
    with contextlib.suppress(ClientError):
        s3.delete_bucket_policy(Bucket=bucket)  # it may deny the next calls
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            objects = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in found]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    s3.delete_bucket(Bucket=bucket)


def is_gone(error: Exception) -> bool:
    """Whether cleaning up failed because the resource was deleted already."""
    return isinstance(error, ClientError) and error.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def _shorten(value: Any, longest: int = 300) -> str:
    text = repr(value)
    return text if len(text) <= longest else f"{text[:longest]}…"
