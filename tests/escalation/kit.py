"""A class's account: an administrator, and the learners Ada and Ben, who share it as docs/instructor.md says."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from workshop_lib.cloud_process import own_cloud
from workshop_lib.names import suggest_names
from workshop_lib.policies import LEARNER_POLICIES, LOCAL_ACCOUNT, render_policy

ADA, BEN = suggest_names("ada"), suggest_names("ben")
IAM = f"arn:aws:iam::{LOCAL_ACCOUNT}"
BOUNDARY, OF_BEN = f"{IAM}:policy/{ADA.boundary_name}", f"{IAM}:policy/{BEN.boundary_name}"
POWER = "arn:aws:iam::aws:policy/AdministratorAccess"
BUILD = f"{IAM}:policy/two-regions-ada-learner-build"
ADMIN, FOR_EDGE, PAYROLL = f"{IAM}:role/admin", f"{IAM}:role/admin-for-edge", f"{IAM}:role/payroll"
OWN, UNBOUNDED = ADA.edge_role_name, ADA.batch_role_name
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def write(*statements: dict[str, Any]) -> str:
    """A policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trust(kind: str, *who: str) -> str:
    """A trust policy for some principals of a kind: `AWS` or `Service`."""
    return write({"Effect": "Allow", "Principal": {kind: list(who)}, "Action": "sts:AssumeRole"})


ALL = write(EVERYTHING)
TO_ADA = trust("AWS", f"{IAM}:user/ada")
TO_LAMBDA = trust("Service", "lambda.amazonaws.com", "edgelambda.amazonaws.com")


PYTHON = {"Runtime": "python3.12", "Handler": "handler.handler"}


def pack() -> bytes:
    """The zip of a function."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("handler.py", "def handler(event, context):\n    return event\n")
    return archive.getvalue()


CODE = pack()


def function_with(name: str, role_arn: str) -> dict[str, Any]:
    """The parameters of CreateFunction."""
    return {"FunctionName": name, "Role": role_arn, "Code": {"ZipFile": CODE}, **PYTHON}


def replicate_with(role_arn: str) -> dict[str, Any]:
    """The parameters of PutBucketReplication, from Ada's bucket to Ben's."""
    rule = {"Status": "Enabled", "Prefix": "", "Destination": {"Bucket": f"arn:aws:s3:::{BEN.source_bucket}"}}
    return {"ReplicationConfiguration": {"Role": role_arn, "Rules": [rule]}}


class Caller:
    """A caller with credentials of its own: makes clients that try once."""

    def __init__(self, environment: Mapping[str, str], key: str, secret: str, token: str | None = None) -> None:
        self._environment, self._credentials = environment, (key, secret, token)
        self._clients: dict[tuple[str, str], Any] = {}

    def __call__(self, service: str, region: str = "us-east-1") -> Any:
        key, secret, token = self._credentials
        if (service, region) not in self._clients:
            self._clients[service, region] = boto3.client(
                service,
                region_name=region,
                endpoint_url=self._environment[f"AWS_ENDPOINT_URL{'_S3_CONTROL' * (service == 's3control')}"],
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                aws_session_token=token,
                config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
            )
        return self._clients[service, region]

    def iam(self, operation: str, **parameters: Any) -> Any:
        """Make a call of IAM."""
        return getattr(self("iam"), operation)(**parameters)

    def functions(self, operation: str, **parameters: Any) -> Any:
        """Make a call of Lambda."""
        return getattr(self("lambda"), operation)(**parameters)

    def s3(self, operation: str, bucket: str, **parameters: Any) -> Any:
        """Make a call of S3 about a bucket."""
        return getattr(self("s3", "eu-west-1"), operation)(Bucket=bucket, **parameters)

    def assume(self, role_arn: str) -> Caller:
        """A session of a role."""
        made = self("sts").assume_role(RoleArn=role_arn, RoleSessionName="up")["Credentials"]
        return Caller(self._environment, made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


@dataclass(frozen=True)
class Class:
    """The account: its administrator, Ada, and a session of the role that Ada made as wide as she could."""

    admin: Caller
    ada: Caller
    session: Caller


@contextmanager
def class_account(folder: Path) -> Iterator[Class]:
    """A class's account, in a local cloud of its own."""
    with own_cloud(folder, {"speed": 20_000}) as environment:
        admin = Caller(environment, environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        for names in (ADA, BEN):
            grant(admin, names)
        add_others(admin)
        key = admin.iam("create_access_key", UserName="ada")["AccessKey"]
        ada = Caller(environment, key["AccessKeyId"], key["SecretAccessKey"])
        build(ada)
        to_ada = trust("AWS", f"{IAM}:role/{OWN}")
        admin.iam("update_assume_role_policy", RoleName="admin-for-edge", PolicyDocument=to_ada)
        yield Class(admin, ada, ada.assume(f"{IAM}:role/{OWN}"))


def grant(admin: Caller, names: Any) -> None:
    """What docs/instructor.md tells the administrator to do for a learner."""
    values = {"account": LOCAL_ACCOUNT, "learner": names.learner}
    values |= {"source_bucket": names.source_bucket, "destination_bucket": names.destination_bucket}
    documents = {name: json.dumps(render_policy(name, **values)) for name in LEARNER_POLICIES}
    boundary = json.dumps(render_policy("permissions-boundary", **values))
    admin.iam("create_policy", PolicyName=names.boundary_name, PolicyDocument=boundary)
    admin.iam("create_user", UserName=names.learner)
    for name, document in documents.items():
        made = admin.iam("create_policy", PolicyName=f"two-regions-{names.learner}-{name}", PolicyDocument=document)
        admin.iam("attach_user_policy", UserName=names.learner, PolicyArn=made["Policy"]["Arn"])


def add_others(admin: Caller) -> None:
    """What else is in the account: an administrator's roles, Ben's things, and a role that an early version made."""
    for name, document in (
        ("admin", trust("AWS", LOCAL_ACCOUNT)),
        ("admin-for-edge", trust("AWS", LOCAL_ACCOUNT)),
        ("payroll", TO_LAMBDA),
        ("anybodys", trust("AWS", "*")),
    ):
        admin.iam("create_role", RoleName=name, AssumeRolePolicyDocument=document)
        admin.iam("put_role_policy", RoleName=name, PolicyName="all", PolicyDocument=ALL)
    admin.iam("delete_role_policy", RoleName="anybodys", PolicyName="all")
    admin.iam("create_role", RoleName=UNBOUNDED, AssumeRolePolicyDocument=TO_LAMBDA)
    admin.iam(
        "create_role", RoleName=BEN.edge_role_name, AssumeRolePolicyDocument=TO_LAMBDA, PermissionsBoundary=OF_BEN
    )
    admin.iam("create_user", UserName="boss")
    admin.iam("create_login_profile", UserName="boss", Password="not-Ada's-1")
    admin.iam("create_group", GroupName="administrators")
    admin.iam("attach_group_policy", GroupName="administrators", PolicyArn=POWER)
    admin.iam("create_policy_version", PolicyArn=BOUNDARY, PolicyDocument=ALL, SetAsDefault=False)
    for name, role in (("payroll", PAYROLL), (BEN.function_name, f"{IAM}:role/{BEN.edge_role_name}")):
        admin.functions("create_function", **function_with(name, role))
        admin.functions("publish_version", FunctionName=name)
    for bucket in (ADA.source_bucket, BEN.source_bucket):
        admin.s3("create_bucket", bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        admin.s3("put_bucket_versioning", bucket, VersioningConfiguration={"Status": "Enabled"})
    admin.s3("put_object", BEN.source_bucket, Key="exam.txt", Body=b"42")


def build(ada: Caller) -> None:
    """What Ada may do: roles that allow themselves everything, of which one trusts her; a function; a rule."""
    ada.iam(
        "create_role",
        RoleName=OWN,
        AssumeRolePolicyDocument=write(
            *json.loads(TO_ADA)["Statement"],
            *json.loads(TO_LAMBDA)["Statement"],
        ),
        PermissionsBoundary=BOUNDARY,
    )
    ada.iam("put_role_policy", RoleName=OWN, PolicyName="all", PolicyDocument=ALL)
    ada.functions("create_function", **function_with(ADA.function_name, f"{IAM}:role/{OWN}"))
    replication = {"RoleName": ADA.replication_role_name}
    document = trust("Service", "s3.amazonaws.com")
    ada.iam("create_role", **replication, AssumeRolePolicyDocument=document, PermissionsBoundary=BOUNDARY)
    ada.iam("put_role_policy", **replication, PolicyName="all", PolicyDocument=ALL)
    to_ben = replicate_with(f"{IAM}:role/{ADA.replication_role_name}")
    ada.s3("put_bucket_replication", ADA.source_bucket, **to_ben)
    ada.s3("put_object", ADA.source_bucket, Key="exam.txt", Body=b"43")


def take_stock(admin: Caller) -> dict[str, Any]:
    """All that a try could change, as the administrator sees it."""
    details = admin.iam("get_account_authorization_details", Filter=["User", "Role", "Group", "LocalManagedPolicy"])
    users = [user["UserName"] for user in admin.iam("list_users")["Users"]]
    buckets = [bucket["Name"] for bucket in admin("s3").list_buckets()["Buckets"]]
    stock = {
        "iam": {key: value for key, value in details.items() if key != "ResponseMetadata"},
        "boundaries": {user: admin.iam("get_user", UserName=user)["User"].get("PermissionsBoundary") for user in users},
        "keys": {user: admin.iam("list_access_keys", UserName=user)["AccessKeyMetadata"] for user in users},
        "password": admin.iam("get_login_profile", UserName="boss")["LoginProfile"],
        "profiles": admin.iam("list_instance_profiles")["InstanceProfiles"],
        "providers": admin.iam("list_open_id_connect_providers")["OpenIDConnectProviderList"],
        "functions": admin.functions("list_functions", FunctionVersion="ALL")["Functions"],
        "distributions": admin("cloudfront").list_distributions()["DistributionList"].get("Items"),
        "jobs": admin("s3control", "eu-west-1").list_jobs(AccountId=LOCAL_ACCOUNT)["Jobs"],
        "objects": {name: admin.s3("list_object_versions", name).get("Versions") for name in buckets},
    }
    for name in buckets:
        for read, key in (("get_bucket_policy", "Policy"), ("get_bucket_replication", "ReplicationConfiguration")):
            try:
                stock[f"{read} {name}"] = admin.s3(read, name)[key]
            except ClientError as error:
                stock[f"{read} {name}"] = error.response["Error"]["Code"]
    return stock
