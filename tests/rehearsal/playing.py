"""Plays acts on a stage, and says what was not as it must be."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from subprocess import SubprocessError

from tests.rehearsal.acts import ACTS, Act, run_the_workshop
from tests.rehearsal.hosts import is_distribution
from tests.rehearsal.manner import QUICK, Manner
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
            except (AssertionError, SubprocessError) as error:
                faults.append(f"{act.__name__.replace('_', ' ')}: {error}")
            mark = "✘" if faults else "✔"
            print(f"{mark} {act.__name__.replace('_', ' ')}: {time.monotonic() - began:.0f} s", flush=True)
            if faults:
                break
        played = not faults and run_the_workshop in acts
        faults += find_faults(stage, least_programs=PROGRAMS_OF_ONE_RUN if played else 1)
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
