"""Makes docs/aws-differences.md from the cases, the operations, and the module `known_differences`.

python -m tests.conformance.differences
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.conformance.case import GAP, SAME, Case, all_cases
from tests.conformance.known_differences import ON_PURPOSE, UNKNOWN
from tests.conformance.operations import SERVICES, Answer, answers

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "aws-differences.md"

TITLES = {
    "s3": "S3",
    "s3control": "S3 Control (Batch Replication)",
    "iam": "IAM",
    "sts": "STS",
    "lambda": "Lambda",
    "cloudfront": "CloudFront and Lambda@Edge",
    "route53": "Route 53",
    "logs": "CloudWatch Logs",
    "resourcegroupstaggingapi": "Resource Groups Tagging API",
}

_HEAD = """\
# The local cloud and AWS: what is the same, what differs, what is unknown

`make differences` writes this document; don't edit it. Each fact is also a test in
`tests/conformance/`. The local cloud passes every test. Bare moto passes or fails each one as noted
here. Anyone can run the tests on a real account, but this project has not done so yet.

How to read a **fact**:

- A name in parentheses, such as `(InvalidArgument)`, is the error code that AWS returns. A number
  after it is the HTTP status. Without a number the status is 403 for AccessDenied and 400 otherwise.
- *Captured* means that others recorded it from real AWS. *Documented* means that AWS's pages or
  botocore's models say it. *Unverified* means that neither a recording nor a page shows it.
- *Moto alone gets it wrong* marks a **gap**: moto differs from AWS, and the local cloud corrects it.

How to read an **operation**:

- The local cloud answers it itself, or moto answers it alone.
- *Completed* means that moto answers, and the local cloud adds checks or effects.
- *501* means that it is not implemented. The response is `NotImplemented` with status 501, and the
  message names the operation.

The table counts the facts and the operations of each service:

"""

_COLUMNS = (
    *("facts", "moto is right", "gaps closed", "captured", "documented", "unverified"),
    *("operations: local cloud", "moto, completed", "moto alone", "501"),
)


def render() -> str:
    """The whole document."""
    cases = all_cases()
    parts = [_HEAD, *_summary(cases), "\n"]
    for service in SERVICES:
        parts.extend(_service(service, [case for case in cases if case.service == service]))
    parts.append("## What differs on purpose\n\n")
    parts.extend(f"- **{what}.** {' '.join(how.split())}\n" for what, how in ON_PURPOSE.items())
    parts.append("\n## What is unknown\n\nOnly a real account can answer these questions:\n\n")
    parts.extend(f"- {question}\n" for question in UNKNOWN)
    return "".join(parts)


def _summary(cases: list[Case]) -> Iterator[str]:
    """One row for each service."""
    yield f"| service | {' | '.join(_COLUMNS)} |\n|---|{'---:|' * len(_COLUMNS)}\n"
    rows = [_row([case for case in cases if case.service == service], service) for service in SERVICES]
    for service, row in zip(SERVICES, rows, strict=True):
        yield f"| [{TITLES[service]}](#{_anchor(TITLES[service])}) | {' | '.join(map(str, row))} |\n"
    yield f"| **all** | {' | '.join(str(sum(column)) for column in zip(*rows, strict=True))} |\n"


def _row(cases: list[Case], service: str) -> list[int]:
    moto = Counter(case.moto for case in cases)
    kinds = Counter(case.known_from.kind for case in cases)
    answered = Counter(answers(service).values())
    known = [kinds[kind] for kind in ("captured", "documented", "unverified")]
    return [len(cases), moto[SAME], moto[GAP], *known, *(answered[answer] for answer in Answer)]


def _service(service: str, cases: list[Case]) -> Iterator[str]:
    """The facts of a service, then its operations."""
    yield f"## {TITLES[service]}\n\n"
    for module in dict.fromkeys(case.module for case in cases):
        yield f"### {module.replace('_', ' ').capitalize()}\n\n"
        yield from map(_fact, (case for case in cases if case.module == module))
        yield "\n"
    yield f"### Operations of {TITLES[service]}\n\n"
    answered = answers(service)
    for answer in Answer:
        names = [name for name, found in answered.items() if found is answer]
        if names:
            summary = f"<summary>{len(names)} {answer.value}</summary>"
            yield f"<details>{summary}\n\n{' · '.join(names)}\n\n</details>\n\n"


def _fact(case: Case) -> str:
    notes = [f"{case.known_from.kind}: {case.known_from.where}"]
    notes += ["moto alone gets it wrong"] * (case.moto is GAP)
    notes += [f"not run on AWS: {case.on_aws}"] * bool(case.on_aws)
    return f"- {case.sentence}. <small>({'; '.join(notes)})</small>\n"


def _anchor(title: str) -> str:
    """The anchor that GitHub gives a heading."""
    return "".join(
        character for character in title.lower().replace(" ", "-") if character.isalnum() or character == "-"
    )


if __name__ == "__main__":
    DOCUMENT.write_text(render(), encoding="utf-8")
    print(f"{DOCUMENT.name}: {len(all_cases())} facts")
