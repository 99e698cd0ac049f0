"""The JSON documents of `policies/`, with their placeholders filled in.

Each file is as in AWS's documentation and console, with `${name}` in place of your names. A string that is only one
placeholder becomes the value itself, so numbers stay numbers and lists stay lists.
"""

from __future__ import annotations

import json
from pathlib import Path
from string import Template
from typing import Any

from workshop_lib.names import SHARED_BOUNDARY
from workshop_lib.resources import RESOURCES

LOCAL_ACCOUNT = "123456789012"
"""The account of the local cloud, the same as in AWS's examples."""

POLICIES = RESOURCES / "policies"

LEARNER_POLICIES = ("learner-build", "learner-look-and-clean-up")
"""The learner's permissions are in two documents, because a managed policy holds 6,144 characters."""


def list_policies() -> list[str]:
    """List the names of all documents, without `.json`."""
    return sorted(path.stem for path in POLICIES.glob("*.json"))


def render_policy(name: str, **values: Any) -> dict[str, Any]:
    """Fill in the placeholders of one document.

    Args:
        name: File name in `policies/`, without `.json`.
        values: One value for each placeholder.

    Returns:
        The document, ready as an AWS parameter. IAM and bucket policies need `json.dumps` first.

    Raises:
        FileNotFoundError: There is no such document.
        TypeError: A placeholder has no value, or a value has no placeholder.
    """
    text = (POLICIES / f"{name}.json").read_text(encoding="utf-8")
    wanted = set(Template(text).get_identifiers())
    if missing := wanted - values.keys():
        raise TypeError(f"policies/{name}.json needs a value for {', '.join(sorted(missing))}.")
    if unknown := values.keys() - wanted:
        raise TypeError(f"policies/{name}.json has no placeholder for {', '.join(sorted(unknown))}.")
    document: dict[str, Any] = _fill(json.loads(text), values)
    return document


def write_grants(
    folder: Path, *, learner: str = "*", source_bucket: str = "*", destination_bucket: str = "*"
) -> dict[str, tuple[Path, ...]]:
    """Write what an administrator grants to a learner: two policies, and the boundary of the roles.

    In notebook 00 the learner chooses a name, which is part of the names of roles and functions, and the buckets'
    names. By default the policies allow each choice. On AWS an administrator who knows the names names them: see "On
    AWS" in docs/instructor.md.

    Args:
        folder: For the three files. It is created.
        learner: The learner's name. `*` stands for any.
        source_bucket: The source bucket, or a pattern.
        destination_bucket: The destination bucket, or a pattern.

    Returns:
        The files, as options of a local cloud that enforces them.
    """
    values = {"account": LOCAL_ACCOUNT, "learner": learner}
    values |= {"source_bucket": source_bucket, "destination_bucket": destination_bucket}
    boundary = SHARED_BOUNDARY if learner == "*" else f"two-regions-{learner}-boundary"
    documents = {
        "learner-build": render_policy("learner-build", **values),
        "learner-look-and-clean-up": render_policy("learner-look-and-clean-up", **values),
        boundary: render_policy("permissions-boundary", **values),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    enforced = tuple(folder / f"{name}.json" for name in LEARNER_POLICIES)
    return {"enforce": enforced, "managed_policy": (folder / f"{boundary}.json",)}


def _fill(node: Any, values: dict[str, Any]) -> Any:
    """Substitute after parsing, so that a value with quotes can't change the document's structure."""
    if isinstance(node, dict):
        return {key: _fill(child, values) for key, child in node.items()}
    if isinstance(node, list):
        return [_fill(child, values) for child in node]
    if isinstance(node, str):
        only = node.removeprefix("${").removesuffix("}")
        return values[only] if node == f"${{{only}}}" and only in values else Template(node).substitute(values)
    return node
