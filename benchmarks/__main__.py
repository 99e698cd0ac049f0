"""`python -m benchmarks [TOPIC …]`: run all benchmarks, or some, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def main(wanted: list[str]) -> int:
    topics = sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))
    if unknown := sorted(set(wanted) - set(topics)):
        sys.exit(f"No benchmark {', '.join(unknown)}. There are: {', '.join(topics)}.")
    failed = []
    for topic in wanted or topics:
        print(f"\n== {topic}", flush=True)
        if subprocess.run(
            [sys.executable, "-m", f"benchmarks.bench_{topic}"], cwd=FOLDER.parent, check=False
        ).returncode:
            failed.append(topic)
    if failed:
        print(f"\nThese ended with an error: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
