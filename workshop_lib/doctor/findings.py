"""What an examination found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from workshop_lib.errors import CredentialsRefused, WorkshopError
from workshop_lib.tables import Column, render_table


@dataclass(frozen=True)
class Finding:
    """One thing that was examined.

    `fix` says what to do, or is empty. `is_fault` says whether the workshop needs that first. `is_unseen` says that the
    look was refused, which is no fault.
    """

    what: str
    found: str
    fix: str = ""
    is_fault: bool = False
    is_unseen: bool = False

    @property
    def mark(self) -> str:
        """`✔` fine, `!` a warning, `✘` must be fixed, `?` not known."""
        if self.is_unseen:
            return "?"
        return "✘" if self.is_fault else "!" if self.fix else "✔"


@dataclass(frozen=True)
class Examination:
    """All findings. Shows as a table, in a notebook and in a terminal."""

    findings: tuple[Finding, ...]

    @property
    def is_fit(self) -> bool:
        """Whether the workshop can run."""
        return not any(finding.is_fault for finding in self.findings)

    def __repr__(self) -> str:
        width = max(len(finding.what) for finding in self.findings)
        lines = []
        for finding in self.findings:
            lines.append(f"{finding.mark} {finding.what:{width}}  {finding.found}")
            if finding.fix:
                lines.append(f"  {'':{width}}  → {finding.fix}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        columns = [Column(""), Column("what"), Column("found"), Column("what to do")]
        return render_table(columns, [(one.mark, one.what, one.found, one.fix) for one in self.findings])


def look(what: str, examine: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Pass on the findings of one look. If it is refused, say so, so that the other looks follow.

    Args:
        what: What is examined.
        examine: Makes the calls.

    Raises:
        CredentialsRefused: The credentials can't be used any more, so no other look would succeed.
    """
    try:
        yield from examine()
    except CredentialsRefused:
        raise
    except (BotoCoreError, ClientError, WorkshopError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        yield Finding(what, f"could not look: {reason}", is_unseen=True)
