"""What a learner does whose sign-in lasts for an hour only: she signs in again, and goes on with the same notebook."""

from __future__ import annotations

import re

from tests.rehearsal.acts import LAST_NOTEBOOK, OUTPUT_SHOWN, run_notebooks, wait_until_gone
from tests.rehearsal.stage import Stage, open_session, write_keys

MOST_SIGN_INS = 20
EXPIRED = "CredentialsRefused: Your AWS credentials have expired."
_STOPPED = re.compile(r"\b(0\d)_\w+")


def work_in_sessions(stage: Stage) -> None:
    """Run notebooks 00 to 06. Whenever the credentials have expired, sign in again and run on from there."""
    stage.environment["WORKSHOP_ACCEPT_COSTS"] = stage.account
    first = "00"
    for _ in range(MOST_SIGN_INS):
        status, output = run_notebooks(stage, first, LAST_NOTEBOOK)
        if status == 0:
            break
        said = output.partition("Report: ")[0][-OUTPUT_SHOWN:]
        assert EXPIRED in said, f"it stopped for another reason:\n{said}"
        first = _STOPPED.findall(said[: said.index(EXPIRED)])[-1]
        write_keys(stage.folder, open_session(stage.administrator))
    else:
        raise AssertionError(f"after {MOST_SIGN_INS} sign-ins the notebooks are not done:\n{said}")
    assert first != "00", "no session ended, so this proves nothing"
    write_keys(stage.folder, open_session(stage.administrator))
    wait_until_gone(stage)
