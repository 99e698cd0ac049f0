"""Decides which notebooks run, and which parameters each gets."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class RequestError(ValueError):
    """The request can't be run: an unknown notebook or parameter, or a value of the wrong kind."""


@dataclass(frozen=True)
class Plan:
    """The notebooks to run, and the parameters of each."""

    notebooks: Sequence[Path]
    preparations: Sequence[Path] = ()
    """Those of `notebooks` that run only because later ones build on them."""
    parameters: Mapping[Path, Mapping[str, Any]] = field(default_factory=dict)


def find_notebooks(folder: Path) -> list[Path]:
    """List the workshop's notebooks in `folder`, in order. Their names begin with a number.

    Raises:
        RequestError: There are none.
    """
    found = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not found:
        raise RequestError(
            f"There are no notebooks in {folder}. Run this in the folder that you cloned, or give --notebooks."
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
    """Choose the notebooks from `first` to `last`, and the parameters of each.

    Args:
        folder: The folder of the notebooks.
        given: Parameters as typed. Each goes to every notebook that has it.
        first: Number or name of the notebook to begin with.
        last: Number or name of the notebook to end with.
        with_preparations: Run the notebooks before `first` too, for a cloud that starts empty.

    Raises:
        RequestError: There is no such notebook or parameter, or a value is of another kind than the default.
    """
    everything = find_notebooks(folder)
    begin = _index(everything, first) if first else 0
    end = _index(everything, last) if last else len(everything) - 1
    if begin > end:
        raise RequestError(
            f"{everything[begin].stem} comes after {everything[end].stem}, so there is nothing to run. "
            "Swap --from and --to."
        )
    chosen = everything[0 if with_preparations else begin : end + 1]
    return Plan(chosen, everything[:begin] if with_preparations else (), _share(given, chosen))


def _index(notebooks: Sequence[Path], wanted: str) -> int:
    for index, path in enumerate(notebooks):
        if path.stem == wanted.removesuffix(".ipynb") or path.stem.startswith(f"{wanted.zfill(2)}_"):
            return index
    raise RequestError(f"There is no notebook {wanted!r}. Choose one of: {', '.join(path.stem for path in notebooks)}.")


def _share(given: Mapping[str, str], notebooks: Sequence[Path]) -> dict[Path, dict[str, Any]]:
    if not given:
        return {}
    import papermill  # late, because it is slow to import and most runs have no parameters

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
    """Read a parameter's value from the command line. It must have the type of the notebook's default.

    A list may be written as in Python, or with commas only: `70,30`.

    Args:
        name: The parameter, for the message.
        text: The text that was typed.
        default: The default, as in the notebook's source.

    Raises:
        RequestError: `text` has another type.
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
        raise RequestError(f"{name}={text} has another type than the notebook's default, {default}.")
    return value


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
