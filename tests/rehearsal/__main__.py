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
from pathlib import Path

from tests.rehearsal.acts import ACTS
from tests.rehearsal.manner import QUICK, SLOW
from tests.rehearsal.playing import choose_stops, rehearse
from tests.rehearsal.sessions import work_in_sessions


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
    numbers = chosen.acts or range(1, len(ACTS) + 1)
    faults: list[str] = []
    for name, manner in forms.items():
        print(f"Rehearsal: {name}. Clean-ups are interrupted after {stops} changes (seed {chosen.seed}).", flush=True)
        with tempfile.TemporaryDirectory(prefix="rehearsal-") as temporary:
            folder = (chosen.keep or Path(temporary)).resolve() / name
            acts = (work_in_sessions,) if manner.calls_of_a_session else [ACTS[number - 1] for number in numbers]
            faults += rehearse(folder, speed=chosen.speed, manner=manner, stops=stops, acts=acts)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
