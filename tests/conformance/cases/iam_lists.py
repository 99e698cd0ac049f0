"""IAM: lists, page by page."""

from __future__ import annotations

from tests.conformance.case import GAP, SAME, Account, captured, case, documented
from tests.conformance.iam_made import make_policy, make_role, permissions

SERVICE = "iam"


@case(
    "ListRoles with MaxItems returns a Marker for the next page, and none on the last",
    known_from=captured("LS test_iam_roles, test_list_roles_pagination"),
    moto=SAME,
)
def pages_of_roles(aws: Account) -> None:
    iam, path = aws.client("iam"), f"/{aws.name('path')}/"
    arns = sorted(aws.create_role(path=path) for _ in range(3))
    first = iam.list_roles(PathPrefix=path, MaxItems=2)
    second = iam.list_roles(PathPrefix=path, MaxItems=2, Marker=first["Marker"])
    assert (len(first["Roles"]), first["IsTruncated"]) == (2, True)
    assert (len(second["Roles"]), second["IsTruncated"], "Marker" in second) == (1, False, False)
    assert sorted(role["Arn"] for role in first["Roles"] + second["Roles"]) == arns


@case(
    "ListRolePolicies with MaxItems returns a Marker, and its pages together list all inline policies",
    known_from=documented("botocore ListRolePolicies"),
    moto=GAP,
)
def pages_of_inline_policies(aws: Account) -> None:
    iam, name = aws.client("iam"), make_role(aws)
    for policy in ("a", "b", "c"):
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=permissions())
        aws.clean_up(iam.delete_role_policy, RoleName=name, PolicyName=policy)
    first = iam.list_role_policies(RoleName=name, MaxItems=2)
    assert (len(first["PolicyNames"]), first["IsTruncated"]) == (2, True)
    second = iam.list_role_policies(RoleName=name, MaxItems=2, Marker=first["Marker"])
    assert second["IsTruncated"] is False
    assert sorted(first["PolicyNames"] + second["PolicyNames"]) == ["a", "b", "c"]


@case(
    "ListAttachedRolePolicies returns no Marker with a last page that has exactly MaxItems policies",
    known_from=documented("botocore ListAttachedRolePolicies"),
    moto=GAP,
)
def full_page(aws: Account) -> None:
    iam, name, arns = aws.client("iam"), make_role(aws), [make_policy(aws), make_policy(aws)]
    for arn in arns:
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
        aws.clean_up(iam.detach_role_policy, RoleName=name, PolicyArn=arn)
    answer = iam.list_attached_role_policies(RoleName=name, MaxItems=2)
    assert (len(answer["AttachedPolicies"]), answer["IsTruncated"], "Marker" in answer) == (2, False, False)


@case(
    "ListEntitiesForPolicy with MaxItems 1 returns the role that has the policy, not an empty page",
    known_from=documented("botocore"),
    moto=GAP,
)
def entities_of_a_policy(aws: Account) -> None:
    iam, arn, names = aws.client("iam"), make_policy(aws), [make_role(aws), make_role(aws)]
    name = max(names, key=lambda each: iam.get_role(RoleName=each)["Role"]["RoleId"])  # moto lists the other one first
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    aws.clean_up(iam.detach_role_policy, RoleName=name, PolicyArn=arn)
    answer = iam.list_entities_for_policy(PolicyArn=arn, EntityFilter="Role", MaxItems=1)
    assert [role["RoleName"] for role in answer["PolicyRoles"]] == [name]
