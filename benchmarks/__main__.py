"""`python -m benchmarks [TOPIC …]`: run all benchmarks, or some."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from benchmarks import describe_machine


def main(wanted: list[str]) -> None:
    topics = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    unknown = sorted(set(wanted) - set(topics))
    if unknown:
        sys.exit(f"No benchmark {', '.join(unknown)}. There are: {', '.join(topics)}.")
    print(describe_machine())
    for topic in wanted or topics:
        print(f"\n== {topic}")
        importlib.import_module(f"benchmarks.bench_{topic}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
