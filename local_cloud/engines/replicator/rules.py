"""Which rules of a replication configuration cover a version of an object. Pure functions.

Configurations are in botocore's shape. Rules with `Filter` have schema V2, rules without it V1 (S3 User Guide,
"Replication configuration": V1 rules also replicate delete markers).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Rule = Mapping[str, Any]


def covering_rules(
    configuration: Mapping[str, Any], *, key: str, tags: Mapping[str, str], is_delete_marker: bool, is_kms: bool = False
) -> list[Rule]:
    """The enabled rules that cover a version: for each destination, the one with the highest priority."""
    chosen: dict[str, Rule] = {}
    for rule in sorted(configuration["Rules"], key=lambda one: one.get("Priority") or 0):
        if _covers(rule, key=key, tags=tags, is_kms=is_kms) and (not is_delete_marker or _takes_markers(rule)):
            chosen[rule["Destination"]["Bucket"]] = rule
    return list(chosen.values())


def is_v2(rule: Rule) -> bool:
    """Whether a rule has the current schema, so it has a `Filter`."""
    return "Filter" in rule


def wanted_prefix_and_tags(rule: Rule) -> tuple[str, dict[str, str]]:
    """The prefix (maybe empty) and tags (maybe none) that a rule's filter requires."""
    if not is_v2(rule):
        return rule.get("Prefix") or "", {}
    condition = rule["Filter"] or {}
    both = condition.get("And") or {}
    listed = [condition["Tag"]] if condition.get("Tag") else both.get("Tags") or []
    prefix = condition.get("Prefix") or both.get("Prefix") or ""
    return prefix, {tag["Key"]: tag["Value"] for tag in listed}


def syncs_replicas(rule: Rule) -> bool:
    """Whether changes to the metadata of replicas are replicated too."""
    criteria = (rule.get("SourceSelectionCriteria") or {}).get("ReplicaModifications") or {}
    return criteria.get("Status") == "Enabled"


def _covers(rule: Rule, *, key: str, tags: Mapping[str, str], is_kms: bool) -> bool:
    prefix, wanted = wanted_prefix_and_tags(rule)
    return (
        rule["Status"] == "Enabled"
        and key.startswith(prefix)
        and wanted.items() <= tags.items()
        and (not is_kms or _takes_kms(rule))
    )


def _takes_markers(rule: Rule) -> bool:
    if not is_v2(rule):
        return True
    return (rule.get("DeleteMarkerReplication") or {}).get("Status") == "Enabled"


def _takes_kms(rule: Rule) -> bool:
    criteria = (rule.get("SourceSelectionCriteria") or {}).get("SseKmsEncryptedObjects") or {}
    return criteria.get("Status") == "Enabled"
