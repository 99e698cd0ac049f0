"""The command behind `make rehearse`: plays the acts, and says what was seen.

python -m tests.rehearsal                  a quick AWS: everything that takes time is 200 times faster
python -m tests.rehearsal --slow           each slow form, one after the other
python -m tests.rehearsal --slow api       one of them
python -m tests.rehearsal --speed 1        as slow as AWS: it takes hours
python -m tests.rehearsal --stops 10       interrupts a clean-up ten times
python -m tests.rehearsal --acts 3 4       only the terminal: build, interrupt, come back tomorrow
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

from tests.rehearsal.acts import ACTS, Act, run_the_workshop
from tests.rehearsal.hosts import is_distribution
from tests.rehearsal.manner import QUICK, SLOW, Manner
from tests.rehearsal.stage import Stage, set_stage
from tests.rehearsal.times import describe_times

PROGRAMS_OF_ONE_RUN = 8
"""`workshop run` and its seven kernels. Each must have looked at the world through the door."""


def rehearse(
    folder: Path, *, speed: float = 200, manner: Manner = QUICK, stops: Sequence[int] = (), acts: Sequence[Act] = ACTS
) -> list[str]:
    """Play some acts. Returns the faults: sentences about what was not as it must be.

    Args:
        folder: For everything that the rehearsal writes.
        speed: How many times shorter the cloud's waits are than on AWS.
        manner: How slow AWS is.
        stops: As in `Stage`.
        acts: Which acts.
    """
    faults: list[str] = []
    with set_stage(folder, speed=speed, manner=manner, stops=stops) as stage:
        for act in acts:
            began = time.monotonic()
            try:
                act(stage)
            except AssertionError as error:
                faults.append(f"{act.__name__}: {error}")
            mark = "✘" if faults else "✔"
            print(f"{mark} {act.__name__.replace('_', ' ')}: {time.monotonic() - began:.0f} s", flush=True)
            if faults:
                break
        faults += find_faults(stage, least_programs=PROGRAMS_OF_ONE_RUN if run_the_workshop in acts else 1)
        print(describe(stage))
    for run in sorted(folder.glob("run-*")):
        print(f"\n{run.name}\n{describe_times(run)}")
    print("", *(f"✘ {fault}" for fault in faults), sep="\n")
    print("" if faults else "✔ No call and no connection led anywhere but to AWS.")
    return faults


def find_faults(stage: Stage, *, least_programs: int) -> Iterable[str]:
    """What no rehearsal may show, whatever its acts did."""
    for objection, times in stage.ledger.objections.items():
        yield f"{times} times: {objection}"
    for (event, what, program), times in Counter(stage.ledger.refused).items():
        if event == "unknown name" and is_distribution(what):
            continue  # a new distribution's name that AWS doesn't know yet
        yield f"{times} times: {event} {what}, by {program}"
    if stage.ledger.programs < least_programs:
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


def choose_stops(number: int, *, seed: int) -> list[int]:
    """After how many changes each clean-up is interrupted, at random. A whole one makes about twenty."""
    chance = Random(seed)
    return [chance.randrange(4) for _ in range(number)]


def main() -> None:
    """Read the command line, rehearse, and exit with 1 if something wasn't as it must be."""
    parser = argparse.ArgumentParser(prog="make rehearse", description="Rehearse AWS mode at AWS's own host names.")
    parser.add_argument("--speed", type=float, default=200, help="how many times faster than AWS [default: 200]")
    parser.add_argument("--slow", nargs="*", choices=list(SLOW), help="slow forms; without a name, all of them")
    parser.add_argument(
        "--acts", nargs="+", type=int, choices=range(1, len(ACTS) + 1), help="only some acts, by number"
    )
    parser.add_argument("--stops", type=int, default=3, help="how often a clean-up is interrupted [default: 3]")
    parser.add_argument("--seed", type=int, default=1, help="decides after which changes [default: 1]")
    parser.add_argument("--keep", type=Path, help="a folder for what the rehearsal leaves")
    chosen = parser.parse_args()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started with `&`: the learner's programs would inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    forms = {"quick": QUICK} if chosen.slow is None else {name: SLOW[name] for name in chosen.slow or SLOW}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the learner's programs end too
    stops = choose_stops(chosen.stops, seed=chosen.seed)
    acts = [ACTS[number - 1] for number in chosen.acts or range(1, len(ACTS) + 1)]
    faults: list[str] = []
    for name, manner in forms.items():
        print(f"Rehearsal: {name}. Clean-ups are interrupted after {stops} changes (seed {chosen.seed}).", flush=True)
        with tempfile.TemporaryDirectory(prefix="rehearsal-") as temporary:
            folder = (chosen.keep or Path(temporary)).resolve() / name
            faults += rehearse(folder, speed=chosen.speed, manner=manner, stops=stops, acts=acts)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
