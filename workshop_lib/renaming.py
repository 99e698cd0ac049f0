"""Steps of notebook 00: save the names, unless that would lose what exists under the names saved before."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from workshop_lib.clean_up import find_resources
from workshop_lib.cloud import Cloud
from workshop_lib.errors import NamesInUse, StepOutOfOrder, WorkshopError
from workshop_lib.inventory import Marked, Resource, find_marked
from workshop_lib.names import WorkshopNames, get_names_path, load_names, write_names

KEEP = "Or keep the saved names: run notebook 00 again without parameters, and leave its pickers as they are."
MOST_NAMED = 3
"""How many resources an error names."""


def save_names(cloud: Cloud, names: WorkshopNames, path: Path | None = None) -> Path:
    """Save the names for all notebooks. Safe to repeat.

    Other names replace the saved ones only if nothing exists that would then be lost. Clean-up and all notebooks find
    resources by the saved names only.

    Args:
        cloud: Where the saved names are looked up.
        names: The names.
        path: The file. The default is `names.get_names_path()`.

    Returns:
        The file.

    Raises:
        NamesInUse: Something exists under the saved names only, or it can't be seen whether it does. Or the file can't
            be read, and things of another learner exist, which may be yours.
    """
    path = path or get_names_path()
    try:
        saved = load_names(path)
    except StepOutOfOrder:  # there is no file, or it can't be read
        if path.exists():
            _refuse_to_forget(cloud, names, path)
        saved = names
    if saved != names:
        _refuse_to_lose(cloud, saved, names, path)
    return write_names(names, path)


def _refuse_to_forget(cloud: Cloud, names: WorkshopNames, path: Path) -> None:
    """Refuse to replace a file that can't be read while things exist whose names may stand in it."""
    told = [
        f"{one.kind} {one.name} of {one.learner}" if isinstance(one, Marked) else f"could not look at {one}"
        for one in find_marked(cloud, names)
        if not isinstance(one, Marked) or one.learner != names.learner
    ]
    if told:
        raise NamesInUse(
            f"The names were not saved. The names file {path} can't be read, and these things may have their names "
            f"from it: {'; '.join(told[:MOST_NAMED])}. Correct the file. If they aren't yours, delete it and run the "
            "cell again."
        )


def _refuse_to_lose(cloud: Cloud, saved: WorkshopNames, names: WorkshopNames, path: Path) -> None:
    try:
        found = find_resources(cloud, saved)
        unseen = "; ".join(map(str, found.unseen))
        lost = _find_lost(found, cloud, names)
    except (WorkshopError, ClientError, BotoCoreError) as error:
        unseen, lost = str(error), []
    if lost:
        some = ", ".join(f"{one.kind} {one.name}" for one in lost[:MOST_NAMED])
        more = f" and {len(lost) - MOST_NAMED} more" if len(lost) > MOST_NAMED else ""
        raise NamesInUse(
            f"The names were not saved. With them, no notebook would find what exists under the saved names of "
            f"{saved.learner}: {some}{more}. To use other names, delete that first: run notebook 06, or "
            f"`workshop clean-up --yes` in a terminal. {KEEP}"
        )
    if unseen:
        raise NamesInUse(
            f"The names were not saved, because the cloud doesn't tell whether something exists under the saved names "
            f"of {saved.learner}: {unseen}\n  Fix that and run the cell again. {KEEP} If you know that nothing is left "
            f"of {saved.learner}, delete {path}."
        )


def _find_lost(found: Iterable[Resource], cloud: Cloud, names: WorkshopNames) -> list[Resource]:
    """Return the workshop's resources, of this version or an earlier one, that the new names don't find."""
    ours = [one for one in found if one.made_by_workshop or one.made_earlier]
    if not ours:
        return []
    still_found = {(one.kind, one.name, one.region) for one in find_resources(cloud, names)}
    return [one for one in ours if (one.kind, one.name, one.region) not in still_found]
