"""The AWS accounts for which the learner accepted the costs. Kept beside the names, for all notebooks."""

from __future__ import annotations

import json
from pathlib import Path

from workshop_lib.names import get_names_path


def read_accepted_accounts() -> list[str]:
    """Return the ids of the accounts for which the learner accepted the costs."""
    path = _get_path()
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []


def keep_accepted_account(account_id: str) -> None:
    """Keep one more account for which the learner accepted the costs. Safe to repeat."""
    path = _get_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(sorted({account_id, *read_accepted_accounts()})) + "\n", encoding="utf-8")


def _get_path() -> Path:
    return get_names_path().with_name("workshop-costs-accepted.json")
