"""What a learner could try, to become an administrator or to reach a neighbour's things.

Two things can't be tried here, because the local cloud lacks them:

- A Lambda function here has no credentials of its role. A session of the same role, which Ada assumes, stands for it.
- Services such as CloudFormation, EC2 and Systems Manager, to which a role could be passed, don't exist here.
  `test_a_role_may_be_handed_to_three_services_only` reads the policies instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.escalation.kit import (
    ADA,
    ADMIN,
    ALL,
    BEN,
    BOUNDARY,
    BUILD,
    CODE,
    EVERYTHING,
    FOR_EDGE,
    IAM,
    OF_BEN,
    OWN,
    PAYROLL,
    POWER,
    TO_ADA,
    UNBOUNDED,
    Class,
    function_with,
    replicate_with,
    write,
)
from workshop_lib.policies import LOCAL_ACCOUNT, render_policy

DENIED = "AccessDenied"
LAMBDA_DENIED = "AccessDeniedException"


def role(name: str, **more: Any) -> dict[str, Any]:
    """The parameters of CreateRole, for a role that trusts Ada."""
    return {"RoleName": name, "AssumeRolePolicyDocument": TO_ADA, **more}


def job_with(role_arn: str) -> dict[str, Any]:
    """The parameters of CreateJob, for S3 Batch Replication."""
    return render_policy("batch-replication-job", role_arn=role_arn, source_bucket=ADA.source_bucket, suffix=".html")


def distribution_with(version_arn: str) -> dict[str, Any]:
    """The parameters of CreateDistribution, with a function at origin requests."""
    config = render_policy(
        "distribution-configuration",
        caller_reference="up",
        comment="up",
        origin_domain_name=ADA.source_origin.domain_name,
        origin_access_identity_id="E1",
        custom_headers={"Quantity": 0},
        cache_policy_id="658327ea-f89d-4fab-a63d-7e88639e58f6",
        caching_disabled="4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        version_arn=version_arn,
    )
    return {"DistributionConfig": config}


Try = Callable[[Class], Any]

AS_ADA: dict[str, tuple[str, Try]] = {
    # A role of her own, without the limit
    "a role without a boundary": (DENIED, lambda a: a.ada.iam("create_role", **role(ADA.replication_role_name))),
    "a role with another learner's boundary": (
        DENIED,
        lambda a: a.ada.iam("create_role", **role(ADA.replication_role_name, PermissionsBoundary=OF_BEN)),
    ),
    "a role with AWS's widest policy as its boundary": (
        DENIED,
        lambda a: a.ada.iam("create_role", **role(ADA.replication_role_name, PermissionsBoundary=POWER)),
    ),
    "a bounded role with another name": (
        DENIED,
        lambda a: a.ada.iam("create_role", **role("two-regions-ada-x", PermissionsBoundary=BOUNDARY)),
    ),
    "a bounded role with her role's name in capitals": (
        DENIED,
        lambda a: a.ada.iam("create_role", **role("Two-Regions-Ada-Replication", PermissionsBoundary=BOUNDARY)),
    ),
    "a bounded role with a path that looks like her role": (
        DENIED,
        lambda a: a.ada.iam(
            "create_role", **role("replication", Path="/two-regions-ada-edge/", PermissionsBoundary=BOUNDARY)
        ),
    ),
    "a bounded role with dots in its path": (
        DENIED,
        lambda a: a.ada.iam(
            "create_role",
            **role(ADA.replication_role_name, Path="/two-regions-ada-edge/../", PermissionsBoundary=BOUNDARY),
        ),
    ),
    "a role whose name is a pattern": (
        "ValidationError",
        lambda a: a.ada.iam("create_role", **role("two-regions-ada-*", PermissionsBoundary=BOUNDARY)),
    ),
    "a wider policy for a role that an early version made": (
        DENIED,
        lambda a: a.ada.iam("put_role_policy", RoleName=UNBOUNDED, PolicyName="up", PolicyDocument=ALL),
    ),
    "a managed policy for her role": (
        DENIED,
        lambda a: a.ada.iam("attach_role_policy", RoleName=OWN, PolicyArn=POWER),
    ),
    "a managed policy for a role that an early version made": (
        DENIED,
        lambda a: a.ada.iam("attach_role_policy", RoleName=UNBOUNDED, PolicyArn=POWER),
    ),
    # The boundary
    "her role without its boundary": (
        DENIED,
        lambda a: a.ada.iam("delete_role_permissions_boundary", RoleName=OWN),
    ),
    "her role with a wider boundary": (
        DENIED,
        lambda a: a.ada.iam("put_role_permissions_boundary", RoleName=OWN, PermissionsBoundary=POWER),
    ),
    "her role with another learner's boundary": (
        DENIED,
        lambda a: a.ada.iam("put_role_permissions_boundary", RoleName=OWN, PermissionsBoundary=OF_BEN),
    ),
    "a new version of the boundary": (
        DENIED,
        lambda a: a.ada.iam("create_policy_version", PolicyArn=BOUNDARY, PolicyDocument=ALL, SetAsDefault=True),
    ),
    "another version of the boundary": (
        DENIED,
        lambda a: a.ada.iam("set_default_policy_version", PolicyArn=BOUNDARY, VersionId="v2"),
    ),
    "a version of the boundary less": (
        DENIED,
        lambda a: a.ada.iam("delete_policy_version", PolicyArn=BOUNDARY, VersionId="v2"),
    ),
    "no boundary, to make it again": (DENIED, lambda a: a.ada.iam("delete_policy", PolicyArn=BOUNDARY)),
    "a new version of her own policy": (
        DENIED,
        lambda a: a.ada.iam("create_policy_version", PolicyArn=BUILD, PolicyDocument=ALL, SetAsDefault=True),
    ),
    "a new policy": (DENIED, lambda a: a.ada.iam("create_policy", PolicyName="up", PolicyDocument=ALL)),
    "a boundary's mark": (
        DENIED,
        lambda a: a.ada.iam("tag_policy", PolicyArn=BOUNDARY, Tags=[{"Key": "made-by", "Value": "ada"}]),
    ),
    # Roles of others
    "an administrator's role, by its trust policy": (
        DENIED,
        lambda a: a.ada.iam("update_assume_role_policy", RoleName="admin", PolicyDocument=TO_ADA),
    ),
    "a role of an early version, by its trust policy": (
        DENIED,
        lambda a: a.ada.iam("update_assume_role_policy", RoleName=UNBOUNDED, PolicyDocument=TO_ADA),
    ),
    "an administrator's role that trusts the account": (DENIED, lambda a: a.ada.assume(ADMIN)),
    "a policy of an administrator's role": (
        DENIED,
        lambda a: a.ada.iam("put_role_policy", RoleName="admin", PolicyName="all", PolicyDocument=ALL),
    ),
    "a policy of another learner's role": (
        DENIED,
        lambda a: a.ada.iam("put_role_policy", RoleName=BEN.edge_role_name, PolicyName="up", PolicyDocument=ALL),
    ),
    "a description of another learner's role": (
        DENIED,
        lambda a: a.ada.iam("update_role", RoleName=BEN.edge_role_name, Description="ada's"),
    ),
    "an administrator's role less": (DENIED, lambda a: a.ada.iam("delete_role", RoleName="admin")),
    "a policy less, which another role has": (
        DENIED,
        lambda a: a.ada.iam("delete_role_policy", RoleName="admin", PolicyName="all"),
    ),
    "a tag of an administrator's role": (
        DENIED,
        lambda a: a.ada.iam("tag_role", RoleName="admin", Tags=[{"Key": "learner", "Value": "ada"}]),
    ),
    "AWS's role for another service": (
        DENIED,
        lambda a: a.ada.iam("create_service_linked_role", AWSServiceName="elasticbeanstalk.amazonaws.com"),
    ),
    # Roles in the hands of a service
    "a function with an administrator's role": (
        LAMBDA_DENIED,
        lambda a: a.ada.functions("create_function", **function_with(ADA.function_name, PAYROLL)),
    ),
    "her function with an administrator's role": (
        LAMBDA_DENIED,
        lambda a: a.ada.functions("update_function_configuration", FunctionName=ADA.function_name, Role=PAYROLL),
    ),
    "a function with another name": (
        LAMBDA_DENIED,
        lambda a: a.ada.functions("create_function", **function_with("up", f"{IAM}:role/{OWN}")),
    ),
    "code in a function with an administrator's role": (
        LAMBDA_DENIED,
        lambda a: a.ada.functions("update_function_code", FunctionName="payroll", ZipFile=CODE),
    ),
    "code in another learner's function": (
        LAMBDA_DENIED,
        lambda a: a.ada.functions("update_function_code", FunctionName=BEN.function_name, ZipFile=CODE),
    ),
    "a call of another learner's function": (
        LAMBDA_DENIED,
        lambda a: a.ada.functions("invoke", FunctionName=BEN.function_name, Qualifier="1"),
    ),
    "a permission on another learner's function": (
        LAMBDA_DENIED,
        lambda a: a.ada.functions(
            "add_permission", FunctionName=BEN.function_name, StatementId="up", Action="lambda:*", Principal="*"
        ),
    ),
    "another learner's function at the edge": (
        "InvalidLambdaFunctionAssociation",
        lambda a: a.ada("cloudfront").create_distribution(
            **distribution_with(f"arn:aws:lambda:us-east-1:{LOCAL_ACCOUNT}:function:{BEN.function_name}:1")
        ),
    ),
    "replication with an administrator's role": (
        DENIED,
        lambda a: a.ada.s3("put_bucket_replication", ADA.source_bucket, **replicate_with(ADMIN)),
    ),
    "a batch job with an administrator's role": (
        DENIED,
        lambda a: a.ada("s3control", "eu-west-1").create_job(AccountId=LOCAL_ACCOUNT, **job_with(ADMIN)),
    ),
    "an instance profile": (
        DENIED,
        lambda a: a.ada.iam("create_instance_profile", InstanceProfileName="up"),
    ),
    # Users and groups
    "a new user": (DENIED, lambda a: a.ada.iam("create_user", UserName="eve")),
    "a new user within the boundary": (
        DENIED,
        lambda a: a.ada.iam("create_user", UserName="eve", PermissionsBoundary=BOUNDARY),
    ),
    "an administrator's access key": (DENIED, lambda a: a.ada.iam("create_access_key", UserName="boss")),
    "another access key of her own": (DENIED, lambda a: a.ada.iam("create_access_key", UserName="ada")),
    "a password of her own": (
        DENIED,
        lambda a: a.ada.iam("create_login_profile", UserName="ada", Password="Ada's-own-1"),
    ),
    "an administrator's password": (
        DENIED,
        lambda a: a.ada.iam("update_login_profile", UserName="boss", Password="Ada's-own-1"),
    ),
    "a managed policy of her own": (
        DENIED,
        lambda a: a.ada.iam("attach_user_policy", UserName="ada", PolicyArn=POWER),
    ),
    "an inline policy of her own": (
        DENIED,
        lambda a: a.ada.iam("put_user_policy", UserName="ada", PolicyName="up", PolicyDocument=ALL),
    ),
    "one of her policies less": (
        DENIED,
        lambda a: a.ada.iam("detach_user_policy", UserName="ada", PolicyArn=BUILD),
    ),
    "a boundary of her own": (
        DENIED,
        lambda a: a.ada.iam("put_user_permissions_boundary", UserName="ada", PermissionsBoundary=POWER),
    ),
    "no boundary for an administrator": (
        DENIED,
        lambda a: a.ada.iam("delete_user_permissions_boundary", UserName="boss"),
    ),
    "a place among the administrators": (
        DENIED,
        lambda a: a.ada.iam("add_user_to_group", GroupName="administrators", UserName="ada"),
    ),
    "a policy for a group": (
        DENIED,
        lambda a: a.ada.iam("put_group_policy", GroupName="administrators", PolicyName="up", PolicyDocument=ALL),
    ),
    "a tag of her own": (
        DENIED,
        lambda a: a.ada.iam("tag_user", UserName="ada", Tags=[{"Key": "team", "Value": "administrators"}]),
    ),
    "an identity provider of her own": (
        DENIED,
        lambda a: a.ada.iam(
            "create_open_id_connect_provider", Url="https://up.test", ThumbprintList=["0" * 40], ClientIDList=["up"]
        ),
    ),
    # Buckets of others
    "a policy of another learner's bucket": (
        DENIED,
        lambda a: a.ada.s3(
            "put_bucket_policy",
            BEN.source_bucket,
            Policy=write({**EVERYTHING, "Principal": "*", "Resource": f"arn:aws:s3:::{BEN.source_bucket}/*"}),
        ),
    ),
    "another learner's object": (DENIED, lambda a: a.ada.s3("get_object", BEN.source_bucket, Key="exam.txt")),
    "an object in another learner's bucket": (
        DENIED,
        lambda a: a.ada.s3("put_object", BEN.source_bucket, Key="exam.txt", Body=b"43"),
    ),
    "an object of another learner less": (
        DENIED,
        lambda a: a.ada.s3("delete_object", BEN.source_bucket, Key="exam.txt"),
    ),
    "replication of another learner's bucket": (
        DENIED,
        lambda a: a.ada.s3("put_bucket_replication", BEN.source_bucket, **replicate_with(f"{IAM}:role/{OWN}")),
    ),
    "what an administrator may do": (
        DENIED,
        lambda a: a.ada.iam("simulate_principal_policy", PolicySourceArn=f"{IAM}:user/boss", ActionNames=["iam:*"]),
    ),
    "what another learner may do": (
        DENIED,
        lambda a: a.ada.iam("simulate_principal_policy", PolicySourceArn=f"{IAM}:user/ben", ActionNames=["s3:*"]),
    ),
}
"""What Ada tries with her own key: a title, AWS's code, and the call."""

AS_HER_ROLE: dict[str, tuple[str, Try]] = {
    "a new user": (DENIED, lambda a: a.session.iam("create_user", UserName="eve")),
    "an administrator's access key": (DENIED, lambda a: a.session.iam("create_access_key", UserName="boss")),
    "a role without a boundary": (DENIED, lambda a: a.session.iam("create_role", **role("up"))),
    "its own boundary less": (
        DENIED,
        lambda a: a.session.iam("delete_role_permissions_boundary", RoleName=OWN),
    ),
    "a new version of its boundary": (
        DENIED,
        lambda a: a.session.iam("create_policy_version", PolicyArn=BOUNDARY, PolicyDocument=ALL, SetAsDefault=True),
    ),
    "a managed policy of its own": (
        DENIED,
        lambda a: a.session.iam("attach_role_policy", RoleName=OWN, PolicyArn=POWER),
    ),
    "a managed policy for Ada": (
        DENIED,
        lambda a: a.session.iam("attach_user_policy", UserName="ada", PolicyArn=POWER),
    ),
    "a function with an administrator's role": (
        LAMBDA_DENIED,
        lambda a: a.session.functions("create_function", **function_with("up", PAYROLL)),
    ),
    "code in a function with an administrator's role": (
        LAMBDA_DENIED,
        lambda a: a.session.functions("update_function_code", FunctionName="payroll", ZipFile=CODE),
    ),
    "an administrator's role that trusts the account": (DENIED, lambda a: a.session.assume(ADMIN)),
    "an administrator's role that trusts this very role": (DENIED, lambda a: a.session.assume(FOR_EDGE)),
    "itself once more": (DENIED, lambda a: a.session.assume(f"{IAM}:role/{OWN}")),
    "another learner's object": (DENIED, lambda a: a.session.s3("get_object", BEN.source_bucket, Key="exam.txt")),
    "a list of another learner's bucket": (DENIED, lambda a: a.session.s3("list_objects_v2", BEN.source_bucket)),
    "an object in another learner's bucket": (
        DENIED,
        lambda a: a.session.s3("put_object", BEN.source_bucket, Key="exam.txt", Body=b"43"),
    ),
    "a policy of another learner's bucket": (
        DENIED,
        lambda a: a.session.s3("put_bucket_policy", BEN.source_bucket, Policy=ALL),
    ),
    "the group of another learner's log": (
        LAMBDA_DENIED,
        lambda a: a.session("logs").create_log_group(logGroupName=f"/aws/lambda/us-east-1.{BEN.function_name}"),
    ),
    "a list of the users": (DENIED, lambda a: a.session.iam("list_users")),
}
"""What Ada tries as her own role, whose policy allows everything: only the boundary stops her."""
