"""IAM's operations: checks before moto, and operations that moto lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from local_cloud.access import known
from local_cloud.access.authorizer import ADMINISTRATOR
from local_cloud.access.permissions.cloudfront import SERVICE_ROLES
from local_cloud.call import Call, Response, not_implemented
from local_cloud.errors import AwsError
from local_cloud.services.constraints import check_constraints
from local_cloud.services.iam import boundaries, managed_policies, pages, service_roles, simulation
from local_cloud.services.iam.entities import (
    THE_LEARNER,
    backend,
    check_exists,
    check_group_is_empty,
    check_name_is_free,
    describe_role,
    describe_user,
    find,
    find_policy_version,
    no_such_entity,
)
from local_cloud.services.iam.permission_policies import (
    check_inline_size,
    check_managed_size,
    check_permission_policy,
)
from local_cloud.services.iam.trust_policies import check_trust_policy
from local_cloud.services.service import Service

POLICIES_PER_ENTITY = 10
"""Managed policies attached to a role, user or group at most (IAM User Guide, quotas)."""

_PROTECTED = {
    *("DeleteRole", "PutRolePolicy", "AttachRolePolicy", "DetachRolePolicy", "UpdateAssumeRolePolicy"),
    *("PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary"),
}
_RESERVED = "aws:"
_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)


class IamService(Service):
    """AWS Identity and Access Management, in front of moto's IAM, which accepts any name and most documents.

    Args:
        learner_policies: The policies of the user `learner`, for the policy simulator.
        late: How many seconds later the other services know of a change.
    """

    name = "iam"

    def __init__(self, learner_policies: Iterable[str] = ADMINISTRATOR, *, late: float = 0.0) -> None:
        self._learner_policies, self._late = tuple(learner_policies), late
        self.reset()

    def reset(self) -> None:
        """Let the other services know of no one."""
        known.be_late(self._late)

    def observe(self, call: Call) -> None:
        """Let the other services know of changes, sooner or later."""
        if not call.operation.startswith(("Get", "List", "Simulate")):
            known.note_change()

    def prepare(self, call: Call) -> None:
        """Load AWS's policies that the call names."""
        for member in ("PolicyArn", "PermissionsBoundary"):
            managed_policies.provide(call.parameters.get(member) or "")

    def refuse(self, call: Call) -> None:
        """Refuse values that break the model, and names of entities that don't exist."""
        _check_names(call)
        check_constraints(call, code="ValidationError", shows_values=False)
        if not call.operation.startswith("Create"):
            check_exists(call)
        if arn := call.parameters.get("PolicyArn"):
            boundaries.check_policy_arn(arn)
        if call.operation in _PROTECTED:
            service_roles.check_not_protected(call.parameters["RoleName"])
        _check_tags(call)

    def refuse_create_role(self, call: Call) -> None:
        """Refuse invalid trust policies, and names that are taken."""
        check_trust_policy(call.parameters["AssumeRolePolicyDocument"])
        check_name_is_free("role", call.parameters["RoleName"])
        boundaries.check_boundary(call)

    def refuse_put_role_permissions_boundary(self, call: Call) -> None:
        """Refuse a boundary that isn't a policy."""
        boundaries.check_boundary(call)

    refuse_put_user_permissions_boundary = refuse_put_role_permissions_boundary

    def refuse_create_user(self, call: Call) -> None:
        """Refuse names that are taken, and boundaries that aren't policies."""
        check_name_is_free("user", call.parameters["UserName"])
        boundaries.check_boundary(call)

    def observe_create_user(self, call: Call, response: Response) -> None:
        """Keep the user's boundary. moto keeps boundaries only for roles."""
        if call.parameters.get("PermissionsBoundary"):
            user = boundaries.set_boundary(call)
            pages.replace_answer(call, response, {"User": describe_user(user)})

    def answer_put_user_permissions_boundary(self, call: Call) -> dict[str, Any]:
        """Set a user's boundary."""
        boundaries.set_boundary(call)
        return {}

    def answer_delete_user_permissions_boundary(self, call: Call) -> dict[str, Any]:
        """Remove a user's boundary."""
        boundaries.set_boundary(call)
        return {}

    def refuse_update_assume_role_policy(self, call: Call) -> None:
        """Refuse invalid trust policies."""
        check_trust_policy(call.parameters["PolicyDocument"])

    def refuse_put_role_policy(self, call: Call) -> None:
        """Refuse malformed or too long documents."""
        _check_inline(call, "role")

    def refuse_put_user_policy(self, call: Call) -> None:
        """Refuse malformed or too long documents."""
        _check_inline(call, "user")

    def refuse_delete_group(self, call: Call) -> None:
        """Refuse to delete a group that has users or policies (botocore, DeleteGroup)."""
        check_group_is_empty(call.parameters["GroupName"])

    def refuse_put_group_policy(self, call: Call) -> None:
        """Refuse malformed or too long documents."""
        _check_inline(call, "group")

    def refuse_get_role_policy(self, call: Call) -> None:
        """Refuse an inline policy that the role doesn't have."""
        _check_inline_exists(call, "role")

    refuse_delete_role_policy = refuse_get_role_policy

    def refuse_get_user_policy(self, call: Call) -> None:
        """Refuse an inline policy that the user doesn't have."""
        _check_inline_exists(call, "user")

    refuse_delete_user_policy = refuse_get_user_policy

    def refuse_create_policy(self, call: Call) -> None:
        """Refuse malformed or too long documents, and names that are taken, whatever their case."""
        _check_managed(call)
        name = call.parameters["PolicyName"]
        ours = (policy for arn, policy in backend().managed_policies.items() if ":aws:policy" not in arn)
        if any(policy.name.lower() == name.lower() for policy in ours):
            message = f"A policy called {name} already exists. Duplicate names are not allowed."
            raise AwsError("EntityAlreadyExists", message, 409)

    def refuse_create_policy_version(self, call: Call) -> None:
        """Refuse malformed or too long documents."""
        _check_policy_exists(call)
        _check_managed(call)

    def refuse_get_policy(self, call: Call) -> None:
        """Refuse the ARN of a policy that doesn't exist."""
        _check_policy_exists(call)

    refuse_tag_policy = refuse_get_policy

    def observe_create_policy_version(self, call: Call, response: Response) -> None:
        """Remove the document from the answer (botocore, shape PolicyVersion)."""
        answer = pages.read_answer(call, response)
        del answer["PolicyVersion"]["Document"]
        pages.replace_answer(call, response, answer)

    def answer_list_policy_versions(self, call: Call) -> dict[str, Any]:
        """List versions, newest first, without their documents."""
        _check_policy_exists(call)
        policy = backend().managed_policies[call.parameters["PolicyArn"]]
        versions = [
            {
                "VersionId": version.version_id,
                "IsDefaultVersion": version.version_id == policy.default_version_id,
                "CreateDate": version.create_date,
            }
            for version in reversed(policy.versions)
        ]
        return pages.paginate(call, "Versions", versions)

    def refuse_delete_policy(self, call: Call) -> None:
        """Refuse a policy that is attached, or has other versions than the default. moto would detach it."""
        _check_policy_exists(call)
        policy = backend().managed_policies[call.parameters["PolicyArn"]]
        if policy.attachment_count or boundaries.is_boundary(policy.arn):
            raise AwsError("DeleteConflict", "Cannot delete a policy attached to entities.", 409)
        if len(policy.versions) > 1:
            text = "This policy has more than one version. Before you delete a policy, you must delete the policy's"
            raise AwsError("DeleteConflict", f"{text} versions. The default version is deleted with the policy.", 409)

    def refuse_get_policy_version(self, call: Call) -> None:
        """Refuse a version that doesn't exist."""
        find_policy_version(call.parameters["PolicyArn"], call.parameters["VersionId"])

    refuse_set_default_policy_version = refuse_get_policy_version

    def refuse_delete_policy_version(self, call: Call) -> None:
        """Refuse a version that doesn't exist, and the default version."""
        version = find_policy_version(call.parameters["PolicyArn"], call.parameters["VersionId"])
        if version.version_id == backend().managed_policies[call.parameters["PolicyArn"]].default_version_id:
            raise AwsError("DeleteConflict", "Cannot delete the default version of a policy.", 409)

    def refuse_attach_role_policy(self, call: Call) -> None:
        """Refuse more policies than the quota allows."""
        role = find("role", call.parameters["RoleName"])
        if role and len({*role.managed_policies, call.parameters["PolicyArn"]}) > POLICIES_PER_ENTITY:
            raise AwsError("LimitExceeded", f"Cannot exceed quota for PoliciesPerRole: {POLICIES_PER_ENTITY}", 409)

    def refuse_delete_user(self, call: Call) -> None:
        """Refuse to delete a user with access keys. moto would delete them too."""
        user = find("user", call.parameters["UserName"])
        if user and user.access_keys:
            raise AwsError("DeleteConflict", "Cannot delete entity, must delete access keys first.", 409)

    def prepare_list_policies(self, call: Call) -> None:
        """Load all of AWS's policies if the list includes them."""
        if call.parameters.get("Scope") != "Local":
            managed_policies.provide_all()
        else:
            pages.ask_for_all(call)

    def observe_list_policies(self, call: Call, response: Response) -> None:
        """Reduce the account's own policies to one page. A list with AWS's policies keeps moto's pages."""
        if call.parameters.get("Scope") == "Local":
            pages.keep_page(call, response)

    def prepare_list_roles(self, call: Call) -> None:
        """Make moto return all entries. `observe_list_roles` keeps one page."""
        pages.ask_for_all(call)

    prepare_list_role_policies = prepare_list_roles
    prepare_list_attached_role_policies = prepare_list_roles
    prepare_list_users = prepare_list_roles
    prepare_list_groups = prepare_list_roles
    prepare_list_entities_for_policy = prepare_list_roles  # keeps all: moto searches only one page of roles

    def refuse_list_roles(self, call: Call) -> None:
        """Refuse a marker that no listing returned."""
        pages.check_marker(call)

    refuse_list_role_policies = refuse_list_roles
    refuse_list_attached_role_policies = refuse_list_roles
    refuse_list_users = refuse_list_roles
    refuse_list_groups = refuse_list_roles
    refuse_list_entities_for_policy = refuse_list_roles

    def refuse_list_policies(self, call: Call) -> None:
        """Refuse a marker that no listing of the account's own policies returned."""
        if call.parameters.get("Scope") == "Local":
            pages.check_marker(call)

    def observe_list_roles(self, call: Call, response: Response) -> None:
        """Reduce the answer to one page."""
        pages.keep_page(call, response)

    observe_list_role_policies = observe_list_roles
    observe_list_attached_role_policies = observe_list_roles
    observe_list_users = observe_list_roles
    observe_list_groups = observe_list_roles

    def answer_get_user(self, call: Call) -> dict[str, Any]:
        """Return a user. Without a name this is the caller, who must be a user."""
        name = call.parameters.get("UserName")
        arn = call.principal if not name else None
        if arn and ":user/" not in arn:
            message = "Must specify userName when calling with non-User credentials"
            raise AwsError("ValidationError", message, 400)
        user = find("user", name or str(arn).rpartition("/")[2])
        return {"User": describe_user(user) if user else THE_LEARNER}

    def refuse_create_access_key(self, call: Call) -> None:
        """Refuse to make keys for the learner, which a call without a name means. IAM here doesn't store them."""
        if not call.parameters.get("UserName"):
            raise not_implemented(call)
        check_exists(call)

    def answer_create_service_linked_role(self, call: Call) -> dict[str, Any]:
        """Make a service-linked role.

        Only those of Lambda@Edge, as the names of others are not known here.
        """
        service = call.parameters["AWSServiceName"]
        if service not in SERVICE_ROLES:
            raise not_implemented(call)
        return {"Role": describe_role(service_roles.make(service, call.parameters.get("Description") or ""))}

    def answer_simulate_principal_policy(self, call: Call) -> dict[str, Any]:
        """Simulate what the policies of a user, group or role allow."""
        policies = simulation.policies_of(call, self._learner_policies)
        return simulation.simulate(call, [*policies, *simulation.given_policies(call)])

    def answer_simulate_custom_policy(self, call: Call) -> dict[str, Any]:
        """Simulate what policies in the call would allow."""
        return simulation.simulate(call, simulation.given_policies(call))

    def answer_get_context_keys_for_custom_policy(self, call: Call) -> dict[str, Any]:
        """List the condition keys in policies."""
        return {"ContextKeyNames": simulation.context_keys(simulation.given_policies(call))}

    def answer_get_context_keys_for_principal_policy(self, call: Call) -> dict[str, Any]:
        """List the condition keys in the policies of a user or role."""
        policies = [*simulation.policies_of(call, self._learner_policies), *simulation.given_policies(call)]
        return {"ContextKeyNames": simulation.context_keys(policies)}


def _check_tags(call: Call) -> None:
    """Refuse tag keys reserved for AWS (IAM User Guide, "Rules for tagging"). IAM's message is not known."""
    keys = [tag["Key"] for tag in call.parameters.get("Tags") or []] + list(call.parameters.get("TagKeys") or [])
    for key in keys:
        if key.lower().startswith(_RESERVED):
            raise AwsError("InvalidInput", f"{key}: tag keys beginning with {_RESERVED} are reserved for AWS.", 400)


def _check_policy_exists(call: Call) -> None:
    arn = call.parameters["PolicyArn"]
    if arn not in backend().managed_policies:
        raise no_such_entity(f"Policy {arn} was not found.")


def _check_names(call: Call) -> None:
    """Refuse invalid characters in names. For this rule of the model, IAM has its own message."""
    for member in ("RoleName", "UserName", "GroupName", "PolicyName"):
        name = call.parameters.get(member)
        if name is not None and not _NAME.fullmatch(name):
            what = f"The specified value for {member[0].lower()}{member[1:]} is invalid."
            text = f"{what} It must contain only alphanumeric characters and/or the following: +=,.@_-"
            raise AwsError("ValidationError", text, 400)


def _check_inline(call: Call, kind: str) -> None:
    parameters = call.parameters
    check_permission_policy(parameters["PolicyDocument"])
    name = parameters[f"{kind.capitalize()}Name"]
    check_inline_size(kind, name, parameters["PolicyName"], parameters["PolicyDocument"])


def _check_managed(call: Call) -> None:
    check_permission_policy(call.parameters["PolicyDocument"])
    check_managed_size(call.parameters["PolicyDocument"])


def _check_inline_exists(call: Call, kind: str) -> None:
    name = call.parameters["PolicyName"]
    found = find(kind, call.parameters[f"{kind.capitalize()}Name"])
    if found is None or name not in found.policies:
        raise no_such_entity(f"The {kind} policy with name {name} cannot be found.")
