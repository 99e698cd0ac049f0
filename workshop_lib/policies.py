"""The JSON documents of `policies/`, with their placeholders filled in.

Each file is as in AWS's documentation and console, with `${name}` in place of your names. A string that is only one
placeholder becomes the value itself, so numbers stay numbers and lists stay lists.
"""

from __future__ import annotations

import json
from pathlib import Path
from string import Template
from typing import Any

from workshop_lib.resources import RESOURCES

LOCAL_ACCOUNT = "123456789012"
"""The account of the local cloud, the same as in AWS's examples."""

POLICIES = RESOURCES / "policies"


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


def write_learner_policy(file: Path, *, buckets: str = "*") -> Path:
    """Write the policy with the learner's permissions, for the local cloud to enforce.

    In notebook 00 the learner chooses a name, which is part of the names of roles and functions, and the buckets'
    names. The policy allows each choice. On AWS an administrator who knows the names narrows it:
    `workshop policy learner-permissions account=… names='two-regions-ada-*' buckets='two-regions-ada-*'`.

    Args:
        file: The file to write. Its folder is created.
        buckets: Pattern of the buckets' names.

    Returns:
        The file.
    """
    policy = render_policy("learner-permissions", account=LOCAL_ACCOUNT, names="two-regions-*", buckets=buckets)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(policy, indent=2) + "\n", encoding="utf-8")
    return file


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
