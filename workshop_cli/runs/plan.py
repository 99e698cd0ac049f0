"""Decide what a run consists of: which notebooks, and which of them gets which parameter."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class RequestError(ValueError):
    """What was asked for can't be run: an unknown notebook or parameter, or a value of the wrong kind."""


@dataclass(frozen=True)
class Plan:
    """Which notebooks to run, with which parameters each."""

    notebooks: Sequence[Path]
    preparations: Sequence[Path] = ()
    """Those of `notebooks` that run only because later ones build on them."""
    parameters: Mapping[Path, Mapping[str, Any]] = field(default_factory=dict)


def find_notebooks(folder: Path) -> list[Path]:
    """List the workshop's notebooks in `folder`, in order: those whose name begins with a number.

    Raises:
        RequestError: There are none.
    """
    found = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not found:
        raise RequestError(
            f"There are no notebooks in {folder}. Run this in the folder you cloned, or give --notebooks."
        )
    return found


def make_plan(
    folder: Path,
    *,
    given: Mapping[str, str],
    first: str | None = None,
    last: str | None = None,
    with_preparations: bool = True,
) -> Plan:
    """Choose the notebooks from `first` to `last`, and sort out who gets which parameter.

    Args:
        folder: Where the notebooks are.
        given: Parameters as typed; each goes to every notebook that has it.
        first: Number or name of the notebook to begin with.
        last: Number or name of the notebook to end with.
        with_preparations: Run those before `first` too, for a cloud that starts empty.

    Raises:
        RequestError: No such notebook, no notebook has such a parameter, or a value is of another kind than the
            parameter's default.
    """
    everything = find_notebooks(folder)
    begin = _index(everything, first) if first else 0
    end = _index(everything, last) if last else len(everything) - 1
    if begin > end:
        raise RequestError(f"{everything[begin].stem} comes after {everything[end].stem}; nothing to run.")
    chosen = everything[0 if with_preparations else begin : end + 1]
    return Plan(chosen, everything[:begin] if with_preparations else (), _share(given, chosen))


def _index(notebooks: Sequence[Path], wanted: str) -> int:
    for index, path in enumerate(notebooks):
        if path.stem == wanted.removesuffix(".ipynb") or path.stem.startswith(f"{wanted.zfill(2)}_"):
            return index
    raise RequestError(f"There is no notebook {wanted!r}. There are: {', '.join(path.stem for path in notebooks)}.")


def _share(given: Mapping[str, str], notebooks: Sequence[Path]) -> dict[Path, dict[str, Any]]:
    if not given:
        return {}
    import papermill  # late: it takes longer to import than all else here, and most runs have no parameters

    known = {path: papermill.inspect_notebook(str(path)) for path in notebooks}
    names = sorted({name for parameters in known.values() for name in parameters})
    for name in given:
        if name not in names:
            raise RequestError(
                f"None of the notebooks that would run has a parameter {name!r}. Known parameters: {', '.join(names)}."
            )
    return {
        path: {
            name: read_value(name, text, parameters[name]["default"])
            for name, text in given.items()
            if name in parameters
        }
        for path, parameters in known.items()
    }


def read_value(name: str, text: str, default: str) -> Any:
    """Read a parameter's value from the command line as the kind of value that the notebook's default is.

    A list may be given as in Python or just with commas between: `70,30`.

    Args:
        name: The parameter, for the message.
        text: What was typed.
        default: The default as it stands in the notebook's source.

    Raises:
        RequestError: `text` is not of that kind.
    """
    try:
        example = ast.literal_eval(default)
    except (ValueError, SyntaxError):
        return _literal(text)
    if isinstance(example, str):
        return text
    value = _literal(text)
    if isinstance(example, list | tuple):
        value = [_literal(part.strip()) for part in text.split(",")] if isinstance(value, str) else value
        fits = isinstance(value, list | tuple)
        value = list(value) if fits else value
    elif isinstance(example, bool) or example is None:
        fits = example is None or isinstance(value, bool)
    elif isinstance(example, float):
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    else:
        fits = isinstance(value, type(example)) and not isinstance(value, bool)
    if not fits:
        raise RequestError(f"{name}={text} is not like the notebook's default, {default}.")
    return value


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
