"""The command behind `make rehearse`: plays the acts, and says what was seen.

python -m tests.rehearsal                  a quick AWS: everything that takes time is 200 times faster
python -m tests.rehearsal --slow           each slow form, one after the other
python -m tests.rehearsal --slow api       one of them
python -m tests.rehearsal --speed 1        as slow as AWS: it takes hours
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.rehearsal.acts import ACTS
from tests.rehearsal.hosts import is_distribution
from tests.rehearsal.manner import QUICK, SLOW, Manner
from tests.rehearsal.sessions import work_in_sessions
from tests.rehearsal.stage import Stage, set_stage

PROGRAMS_OF_ONE_RUN = 8
"""`workshop run` and its seven kernels. Each must have looked at the world through the door."""


def rehearse(folder: Path, *, speed: float, manner: Manner) -> bool:
    """Play all acts. Returns whether everything was as it must be."""
    faults = []
    with set_stage(folder, speed=speed, manner=manner) as stage:
        for act in (work_in_sessions,) if manner.calls_of_a_session else ACTS:
            began = time.monotonic()
            try:
                act(stage)
            except AssertionError as error:
                faults.append(f"{act.__name__}: {error}")
            mark = "✘" if faults else "✔"
            print(f"{mark} {act.__name__.replace('_', ' ')}: {time.monotonic() - began:.0f} s", flush=True)
            if faults:
                break
        faults += find_faults(stage)
        print(describe(stage))
    print("\n".join(f"✘ {fault}" for fault in faults) or "✔ No call and no connection led anywhere but to AWS.")
    return not faults


def find_faults(stage: Stage) -> Iterable[str]:
    """What no rehearsal may show, whatever its acts did."""
    for objection, times in stage.ledger.objections.items():
        yield f"{times} times: {objection}"
    for (event, what, program), times in Counter(stage.ledger.refused).items():
        if event == "unknown name" and is_distribution(what):
            continue  # a new distribution's name that AWS doesn't know yet
        yield f"{times} times: {event} {what}, by {program}"
    if stage.ledger.programs < PROGRAMS_OF_ONE_RUN:
        yield f"only {stage.ledger.programs} programs went through the door: something passed it by"


def describe(stage: Stage) -> str:
    """The requests of a rehearsal, in one line."""
    asked = stage.ledger.asked
    viewers = sum(one.host.endswith(".cloudfront.net") for one in asked)
    kinds = len({one.host for one in asked})
    return (
        f"{len(asked)} requests to {kinds} host names, {viewers} of them by viewers; {len(stage.changes)} calls "
        f"changed something; {stage.ledger.programs} programs."
    )


def main() -> None:
    """Read the command line, rehearse, and exit with 1 if something wasn't as it must be."""
    parser = argparse.ArgumentParser(prog="make rehearse", description="Rehearse AWS mode at AWS's own host names.")
    parser.add_argument("--speed", type=float, default=200, help="how many times faster than AWS [default: 200]")
    parser.add_argument("--slow", nargs="*", choices=list(SLOW), help="slow forms; without a name, all of them")
    parser.add_argument("--keep", type=Path, help="a folder for what the rehearsal leaves")
    chosen = parser.parse_args()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started with `&`: the learner's programs would inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    forms = {"quick": QUICK} if chosen.slow is None else {name: SLOW[name] for name in chosen.slow or SLOW}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the learner's programs end too
    passed = True
    for name, manner in forms.items():
        print(f"Rehearsal: {name}")
        with tempfile.TemporaryDirectory(prefix="rehearsal-") as temporary:
            folder = (chosen.keep or Path(temporary)).resolve() / name
            passed &= rehearse(folder, speed=chosen.speed, manner=manner)
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
