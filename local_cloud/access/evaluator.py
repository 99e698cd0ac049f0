"""Evaluates IAM policy documents. These are pure functions that don't use the cloud's state.

    explicit Deny anywhere  >  Allow in an identity policy or in the resource's policy, and in each limit  >  no

This is AWS's order within one account (IAM User Guide, "Policy evaluation logic"). If the resource's policy names
only the account, a caller also needs an Allow in an identity policy (IAM User Guide, "AWS JSON policy elements:
Principal"). Limits (permissions boundaries and session policies) allow nothing by themselves. They limit a role that
the resource's policy names. They don't limit a user or a role's session that it names, nor a caller that it names as
`*`. A request has its condition keys (`aws:SourceArn` and so on) in `context`. As on AWS, a condition on a missing key
fails, except with negated and `…IfExists` operators.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any

from local_cloud.access.conditions import fill_in, is_affirmative, meets_conditions
from local_cloud.call import Context
from local_cloud.wildcards import matches

Document = Mapping[str, Any]
"""A policy, parsed from JSON."""


class Decision(Enum):
    """The outcome; the values are those of `iam:SimulatePrincipalPolicy`."""

    ALLOWED = "allowed"
    DENIED = "explicitDeny"
    NOT_ALLOWED = "implicitDeny"

    def __bool__(self) -> bool:
        return self is Decision.ALLOWED


@dataclass(frozen=True)
class Access:
    """An action of a principal on a resource.

    Attributes:
        principal: An ARN, a service such as `"s3.amazonaws.com"`, or None if anonymous. Statements can name a
            role's session or the role itself.
        action: Such as `"s3:GetObject"`.
        resource: An ARN.
        context: Condition keys and their values. Case of the keys doesn't matter. Several values are a tuple.
    """

    principal: str | None
    action: str
    resource: str
    context: Context = field(default_factory=dict)


def decide(
    access: Access,
    *,
    identity: Iterable[Document] = (),
    resource: Iterable[Document] = (),
    limits: Iterable[Document] = (),
) -> Decision:
    """Decide on an access within one account.

    Args:
        access: The action, its resource and its principal.
        identity: Policies of the principal (a role's inline and managed policies).
        resource: Policies of the resource (a bucket policy). They name principals.
        limits: Policies that must allow it too: the permissions boundary and the session policy.
    """
    limiting, resource = [_effects(document, access) for document in limits], list(resource)
    by_resource = {effect for document in resource for effect in _effects_on_named(document, access)}
    outcome = _outcome(by_resource.union(*(_effects(document, access) for document in identity)))
    if any("Deny" in effects for effects in limiting):
        return Decision.DENIED
    if outcome is not Decision.ALLOWED or all("Allow" in effects for effects in limiting):
        return outcome
    is_direct = any("Allow" in _effects_on_named(document, access, by_role=False) for document in resource)
    return outcome if is_direct else Decision.NOT_ALLOWED


def may_assume(trust_policy: Document, principal: str, *, context: Context | None = None) -> bool:
    """Whether a role's trust policy trusts a principal or service, by name or as part of the account."""
    access = Access(principal, "sts:AssumeRole", "*", context or {})
    return bool(_outcome(_effects_on_named(without_resources(trust_policy), access, as_member=True)))


def statements(document: Document) -> list[Mapping[str, Any]]:
    """The statements of a policy; AWS allows a single one without the list."""
    found = document.get("Statement", [])
    return [found] if isinstance(found, Mapping) else [one for one in found if isinstance(one, Mapping)]


def as_list(value: Any) -> list[Any]:
    """Turn a value that may be a single item or a list into a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def is_public(document: Document) -> bool:
    """Whether a bucket policy is public: it allows everyone, without a limiting condition.

    S3 User Guide, "The meaning of public". A condition on a fixed source, account or address limits it. A negated
    condition doesn't, nor does one that a request without the key meets.
    """
    return any(
        statement.get("Effect") == "Allow" and _names_everyone(statement) and not _narrows(statement)
        for statement in statements(document)
    )


@lru_cache(4096)
def _matches_action(pattern: str, action: str) -> bool:
    return matches(pattern.lower(), action.lower())


def _outcome(effects: set[Any]) -> Decision:
    if "Deny" in effects:
        return Decision.DENIED
    return Decision.ALLOWED if "Allow" in effects else Decision.NOT_ALLOWED


def _effects(document: Document, access: Access) -> set[Any]:
    """The effects of a policy without principals on an access."""
    return {one.get("Effect") for one in statements(document) if _covers(one, access, document)}


def _effects_on_named(document: Document, access: Access, *, as_member: bool = False, by_role: bool = True) -> set[Any]:
    """The effects of a resource's policy.

    Args:
        document: The policy.
        access: The access.
        as_member: Whether an Allow for the whole account counts.
        by_role: Whether an Allow for a role counts for the role and its sessions.
    """
    return {
        statement.get("Effect")
        for statement in statements(document)
        if _covers(statement, access, document)
        and _covers_principal(
            statement,
            access.principal,
            as_member=as_member or statement.get("Effect") == "Deny",
            by_role=by_role or statement.get("Effect") == "Deny",
        )
    }


def _covers(statement: Mapping[str, Any], access: Access, document: Document) -> bool:
    """Whether a statement covers an access. Variables are replaced only if the document's version supports them."""
    context = access.context if document.get("Version") == "2012-10-17" else {}
    return (
        covers_action(statement, access.action)
        and _covers_resource(statement, access.resource, context)
        and meets_conditions(statement.get("Condition") or {}, access.context, variables=context)
    )


def covers_action(statement: Mapping[str, Any], action: str) -> bool:
    """Whether a statement covers an action."""
    listed = as_list(statement.get("Action")) or as_list(statement.get("NotAction"))
    found = any(_matches_action(str(pattern), action) for pattern in listed)
    return found if "Action" in statement else not found and "NotAction" in statement


def _covers_resource(statement: Mapping[str, Any], resource: str, variables: Context) -> bool:
    listed = as_list(statement.get("Resource")) or as_list(statement.get("NotResource"))
    found = any(matches(fill_in(str(pattern), variables), resource) for pattern in listed)
    return found if "Resource" in statement else not found and "NotResource" in statement


def _covers_principal(statement: Mapping[str, Any], principal: str | None, *, as_member: bool, by_role: bool) -> bool:
    if "NotPrincipal" in statement:
        return not _is_named(statement["NotPrincipal"], principal, as_member=True, by_role=True)
    return _is_named(statement.get("Principal"), principal, as_member=as_member, by_role=by_role)


def _is_named(named: Any, principal: str | None, *, as_member: bool, by_role: bool) -> bool:
    if named == "*":
        return True
    if not isinstance(named, Mapping):
        return False
    if "*" in as_list(named.get("AWS")):
        return True
    if principal is None:
        return False
    if not principal.startswith("arn:"):
        return principal in as_list(named.get("Service"))
    names = (str(name) for name in as_list(named.get("AWS")) if by_role or ":role/" not in str(name))
    return any(_is_name_of(name, principal, as_member=as_member) for name in names)


_SESSION = re.compile(r"arn:aws:sts::(\d{12}):assumed-role/([^/]+)/.+")


def _is_name_of(name: str, principal: str, *, as_member: bool) -> bool:
    """Whether a name is the principal's ARN, its session's role (a session's ARN has no path), or the account."""
    if name == principal:
        return True
    if session := _SESSION.fullmatch(principal):
        account, role = session.groups()
        if name.startswith(f"arn:aws:iam::{account}:role/") and name.endswith(f"/{role}"):
            return True
    account = principal.split(":")[4]
    return name in (account, f"arn:aws:iam::{account}:root") and (as_member or principal.endswith(":root"))


def _names_everyone(statement: Mapping[str, Any]) -> bool:
    named = statement.get("Principal")
    by_name = named == "*" or (isinstance(named, Mapping) and "*" in as_list(named.get("AWS")))
    return by_name or "NotPrincipal" in statement


_NARROWING_KEYS = {
    "aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:principalarn", "aws:principalaccount",
    "aws:principalorgid", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceip", "aws:userid", "s3:dataaccesspointarn",
    "s3:dataaccesspointaccount", "s3:x-amz-server-side-encryption-aws-kms-key-id",
}  # fmt: skip


_WIDEST = {4: 8, 6: 32}
"""Bits of a network's mask at least, by IP version. A shorter mask counts as public."""


def _narrows(statement: Mapping[str, Any]) -> bool:
    return any(
        key.lower() in _NARROWING_KEYS and all(map(_is_fixed, as_list(values)))
        for operator, block in (statement.get("Condition") or {}).items()
        if is_affirmative(operator)
        for key, values in block.items()
    )


def _is_fixed(value: Any) -> bool:
    """Whether a value limits access: an ARN with an account, or a network that isn't too wide."""
    text = str(value)
    owner = ":".join(text.split(":")[:5]) if text.startswith("arn:") else text
    with contextlib.suppress(ValueError):
        network = ipaddress.ip_network(text, strict=False)
        return network.prefixlen >= _WIDEST[network.version]
    return not any(sign in owner for sign in ("*", "?", "${"))


def without_resources(trust_policy: Document) -> Document:
    """Add the resource `*` to a trust policy, which has none because it always means its role."""
    return {**trust_policy, "Statement": [{**statement, "Resource": "*"} for statement in statements(trust_policy)]}
