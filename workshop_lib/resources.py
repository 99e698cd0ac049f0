"""Files that belong to the package: policies, notebooks and the tested versions.

In a checkout they are in the top folder. A wheel has copies of them in `workshop_lib/data`.
"""

from __future__ import annotations

from pathlib import Path

_DATA = Path(__file__).resolve().parent / "data"

IS_CHECKOUT = not _DATA.is_dir()
"""Whether this is the repository itself, where the notebooks are used in place."""

RESOURCES = Path(__file__).resolve().parent.parent if IS_CHECKOUT else _DATA
"""The folder that holds `policies/`, `notebooks/` and `constraints.txt`."""
