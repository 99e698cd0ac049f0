"""A learner's own copy of the notebooks, if the package was installed from a wheel.

A manifest keeps the hash of each delivered file. A file that still has this hash is upgraded. A file that the learner
changed is never overwritten.
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

MANIFEST = ".workshop-manifest.json"
"""A file in the copy's folder, with the SHA-256 of each delivered file by its path."""


def find_copy(folder: Path) -> Path:
    """Return the nearest folder, upwards from this one, that holds a copy. If there is none, return this one."""
    return next((above for above in (folder, *folder.parents) if (above / MANIFEST).is_file()), folder)


ROOT = RESOURCES if IS_CHECKOUT else find_copy(Path.cwd())
"""The folder of the notebooks and of `build`: the checkout or, installed from a wheel, that of the copy."""
NOTEBOOKS = ROOT / "notebooks"
BUILD = ROOT / "build"

_IGNORED = {"__pycache__", "__init__.py", "py.typed"}
"""Files that are not copied. An importable copy would hide the installed package from programs started beside it."""


class Copied(NamedTuple):
    """The files of a copy, by their paths."""

    written: tuple[str, ...]
    kept: tuple[str, ...]
    """Files that the learner changed. They stay, although the kit has newer ones."""


def bring_notebooks() -> None:
    """Copy the notebooks, and the edge function that they show, to the current folder. A checkout has them already."""
    if IS_CHECKOUT:
        return
    code = Path(str(importlib.resources.files("edge_function")))
    copied = update_working_copy(ROOT, sources={"notebooks": RESOURCES / "notebooks", "edge_function": code})
    if copied.written:
        click.echo(f"Copied {len(copied.written)} files to {ROOT}.", err=True)
    for name in copied.kept:
        click.echo(f"You changed {name}, so the newer version was not copied over it.", err=True)


def update_working_copy(folder: Path, *, sources: dict[str, Path]) -> Copied:
    """Copy the files of the kit to a folder, or upgrade an older copy. Safe to repeat.

    Args:
        folder: The folder of the copy.
        sources: Folders of the kit, by their names in the copy.

    Returns:
        The files that were written, and those that stayed because the learner changed them.

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
            f"The notebooks can't be copied to {folder} ({error}). Run the command in a folder that you can write to."
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
            f"{file} can't be read ({error}). Delete it. Your changed notebooks stay as they are."
        ) from error
    return {str(name): str(value) for name, value in dict(manifest).items()}


def _write(file: Path, content: bytes) -> None:
    """Write a file completely or not at all, so that Ctrl-C leaves no partial file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + ".part")
    part.write_bytes(content)
    part.replace(file)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
