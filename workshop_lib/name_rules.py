"""What must hold of names that clean-up finds things by. A blank or borrowed name would find other people's things."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations

from workshop_lib.errors import InvalidName

ROLE_OR_FUNCTION = re.compile(r"[a-zA-Z0-9_-]{1,64}")
"""Names that both IAM and Lambda accept."""

COMMENT = re.compile(r"[a-zA-Z0-9_-]+( [a-zA-Z0-9_-]+)*")
LONGEST_COMMENT = 110
"""CloudFront accepts 128 characters. The workshop appends a word to some comments."""

MUST_DIFFER = (
    ("edge_role_name", "replication_role_name", "batch_role_name"),
    ("distribution_comment", "preview_comment"),
    ("record_name", "preview_record_name"),
)


def check_marked_names(learner: str, names: Mapping[str, str]) -> None:
    """Check the names of the buckets, the function, the roles, the distributions and the health checks.

    They begin with the learner's name, as the learner's permissions demand for roles and functions
    (`names='two-regions-ada-*'`). Buckets may have any other name.

    Args:
        learner: The learner's name.
        names: All names, by attribute.

    Raises:
        InvalidName: A name is blank, too long, has a wildcard or another wrong character, belongs to another learner,
            or is used twice.
    """
    prefix = f"two-regions-{learner}"
    for key in ("function_name", "edge_role_name", "replication_role_name", "batch_role_name"):
        _require(key, names[key], ROLE_OR_FUNCTION.fullmatch(names[key]), "has 1 to 64 letters, digits or hyphens")
        _require(key, names[key], names[key].startswith(f"{prefix}-"), f"begins with {prefix + '-'!r}")
    for key in ("source_bucket", "destination_bucket"):
        is_suggested = names[key].startswith("two-regions-")
        holds = not is_suggested or names[key].startswith(f"{prefix}-")
        _require(key, names[key], holds, f"begins with {prefix + '-'!r}, or not with 'two-regions-'")
    for key in ("distribution_comment", "preview_comment"):
        is_comment = COMMENT.fullmatch(names[key]) and len(names[key]) <= LONGEST_COMMENT
        _require(key, names[key], is_comment, f"has 1 to {LONGEST_COMMENT} letters, digits, hyphens or single spaces")
        begins = f"{names[key]} ".startswith(f"two-regions {learner} ")
        _require(key, names[key], begins, f"begins with the words 'two-regions {learner}'")
    check = names["health_check_name"]
    _require("health_check_name", check, check == prefix, f"is {prefix!r}")
    for keys in MUST_DIFFER:
        for one, other in combinations(keys, 2):
            _require(other, names[other], names[one] != names[other], f"differs from {one}")


def _require(key: str, name: str, holds: object, rule: str) -> None:
    if not holds:
        raise InvalidName(f"{key} is {name!r}. A name that clean-up can rely on {rule}.")
