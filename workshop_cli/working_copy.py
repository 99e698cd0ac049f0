"""A learner's own copy of the notebooks, where the package was installed from a wheel.

A manifest keeps the hash of each file as it was delivered. A file that still has that hash is upgraded. A file that
the learner changed is never overwritten.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from workshop_lib.resources import IS_CHECKOUT, RESOURCES

ROOT = RESOURCES if IS_CHECKOUT else Path.cwd()
"""Where the notebooks are, and what is built: the checkout or, installed from a wheel, the current folder."""
NOTEBOOKS = ROOT / "notebooks"
BUILD = ROOT / "build"

MANIFEST = ".workshop-manifest.json"
"""In the folder of the copy: the SHA-256 of each file as it was delivered, by its path."""

_IGNORED = {"__pycache__", "__init__.py", "py.typed"}
"""A copy is read, not imported: it must not hide the installed package from programs that start beside it."""


class Copied(NamedTuple):
    """What became of the files of a copy, by their paths."""

    written: tuple[str, ...]
    kept: tuple[str, ...]
    """Changed by the learner, and left alone although the kit has a newer one."""


def bring_notebooks() -> None:
    """Copy the notebooks, and the edge function that they show, to the current folder; in a checkout they are there."""
    if IS_CHECKOUT:
        return
    code = Path(str(importlib.resources.files("edge_function")))
    copied = update_working_copy(ROOT, sources={"notebooks": RESOURCES / "notebooks", "edge_function": code})
    if copied.written:
        click.echo(f"Copied {len(copied.written)} files to {ROOT}.", err=True)
    for name in copied.kept:
        click.echo(f"You changed {name}. It stays as it is, and the newer one was not copied.", err=True)


def update_working_copy(folder: Path, *, sources: dict[str, Path]) -> Copied:
    """Bring the files of the kit to a folder, or upgrade those that are there. It may be repeated.

    Args:
        folder: Where to.
        sources: Folders of the kit, by the name that each has in the copy.

    Returns:
        What was written, and what was kept because the learner changed it.

    Raises:
        click.ClickException: The folder can't be written to, or its manifest can't be read.
    """
    manifest, written, kept = _read_manifest(folder), [], []
    try:
        for name, content in _read_files(sources):
            file, new = folder / name, _hash(content)
            present = _hash(file.read_bytes()) if file.exists() else None
            if present not in (None, new, manifest.get(name)):
                if manifest.get(name) != new:
                    kept.append(name)
                continue
            manifest[name] = new
            if present != new:
                _write(file, content)
                written.append(name)
        _write(folder / MANIFEST, json.dumps(manifest, indent=2, sort_keys=True).encode() + b"\n")
    except OSError as error:
        raise click.ClickException(
            f"The notebooks can't be copied to {folder} ({error}). Start in a folder that you may write to."
        ) from error
    return Copied(tuple(written), tuple(kept))


def _read_files(sources: dict[str, Path]) -> Iterator[tuple[str, bytes]]:
    for top, source in sources.items():
        for path in sorted(source.rglob("*")):
            relative = path.relative_to(source)
            if path.is_file() and not _IGNORED & set(relative.parts):
                yield f"{top}/{relative.as_posix()}", path.read_bytes()


def _read_manifest(folder: Path) -> dict[str, str]:
    file = folder / MANIFEST
    try:
        manifest = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except ValueError as error:
        raise click.ClickException(
            f"{file} can't be read ({error}). Delete it: your notebooks stay, and none of them is upgraded."
        ) from error
    return {str(name): str(value) for name, value in dict(manifest).items()}


def _write(file: Path, content: bytes) -> None:
    """Write a file at once or not at all, so that Ctrl-C leaves no half of one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + ".part")
    part.write_bytes(content)
    part.replace(file)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
