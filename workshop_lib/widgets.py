"""Pickers: small forms in a notebook. Each holds one choice and says at once if AWS would refuse it.

A picker starts with a given value, normally a parameter of the notebook. Only `account_picker` always starts empty. The
next cell reads `picker.value`. So a notebook also works if the picker is left alone. Reading an invalid choice raises
`InvalidName`, with the reason that is already on the screen.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import ipywidgets
from botocore.exceptions import ClientError

from workshop_lib.errors import InvalidName
from workshop_lib.names import validate_bucket_name, validate_learner_name, validate_region

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REGIONS = {
    "eu-west-1": "Ireland",
    "ap-southeast-1": "Singapore",
    "eu-central-1": "Frankfurt",
    "eu-west-2": "London",
    "us-east-1": "Virginia",
    "us-west-2": "Oregon",
    "ap-northeast-1": "Tokyo",
    "ap-southeast-2": "Sydney",
    "sa-east-1": "São Paulo",
}
"""Regions that are enabled in every account. A given region that isn't here is added to the list."""

LABEL = {"description_width": "11em"}
WIDE = {"width": "36em"}

Judge = Callable[[Any], str]
"""Judges a choice: returns a sentence about it, or raises InvalidName."""


class Picker(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A form field with a line below it that says whether AWS would accept the choice.

    Args:
        fields: The field, or fields.
        read: Reads the choice.
        judge: Called at the start, at Enter, and when the value is read.
        judge_meanwhile: Called on every key or move, if `judge` is too slow for that.
    """

    def __init__(
        self,
        fields: Sequence[ipywidgets.Widget],
        read: Callable[[], Any],
        judge: Judge,
        judge_meanwhile: Judge | None = None,
    ) -> None:
        self._fields, self._read = fields, read
        self._judge, self._judge_meanwhile = judge, judge_meanwhile or judge
        self.verdict = ipywidgets.HTML()
        super().__init__([*fields, self.verdict])
        for field in fields:
            field.observe(lambda _: self._show_verdict(self._judge_meanwhile), names="value")
            field.on_msg(self._hear)
        self._show_verdict(self._judge)

    @property
    def value(self) -> Any:
        """The current choice.

        Raises:
            InvalidName: AWS would refuse it. The message says why.
        """
        return self._decide(self._judge)

    def __repr__(self) -> str:
        """The text where widgets can't be drawn, as in the report of a run."""
        return ", ".join(f"{field.description}: {field.value}" for field in self._fields)

    def _hear(self, _field: object, content: Mapping[str, object], _buffers: object) -> None:
        if content.get("event") == "submit":  # the Enter key
            self._show_verdict(self._judge)

    def _show_verdict(self, judge: Judge) -> None:
        with suppress(InvalidName):
            self._decide(judge)

    def _decide(self, judge: Judge) -> Any:
        """Return the current choice, or raise its error. In both cases, update the line below the field."""
        try:
            chosen = self._read()
            self.verdict.value = f"<span>✔ {html.escape(judge(chosen))}</span>"
        except InvalidName as error:
            self.verdict.value = f"<strong>✘ {html.escape(str(error))}</strong>"
            raise
        return chosen


def learner_picker(value: str) -> Picker:
    """Ask for the learner's name, which makes the bucket names unique."""

    def judge(name: str) -> str:
        validate_learner_name(name)
        return f"Your bucket names will contain {name}."

    return _text_picker("Your name", value, judge)


def account_picker() -> Picker:
    """Ask for the number of the AWS account that pays. It starts empty, so that no one accepts costs by accident.

    Run All, papermill and a notebook that somebody else saved leave it empty.
    """

    def judge(account_id: str) -> str:
        if account_id and not re.fullmatch(r"\d{12}", account_id.strip()):
            raise InvalidName(f"{account_id!r} is not the number of an AWS account. A number has 12 digits.")
        return "Run the next cell to accept the costs." if account_id else "Empty: no costs are accepted."

    return _text_picker("AWS account", "", judge)


def bucket_picker(value: str, *, description: str = "Bucket", s3: S3Client | None = None) -> Picker:
    """Ask for the name of a bucket, and check it on every key by S3's rules: length, characters, dots.

    Args:
        value: The name to start with.
        description: The text before the field.
        s3: With a client, the picker also checks whether the name is free, yours, or taken. It sends this request only
            at Enter, and when the value is read.
    """

    def judge_rules(name: str) -> str:
        validate_bucket_name(name)
        return f"S3 accepts it ({len(name)} of 63 characters)."

    if s3 is None:
        return _text_picker(description, value, judge_rules)
    return _text_picker(
        description,
        value,
        lambda name: f"{judge_rules(name)} {_look_for_bucket(s3, name)}",
        lambda name: f"{judge_rules(name)} Press Enter to see whether it is free.",
    )


def region_picker(value: str, *, description: str = "Region") -> Picker:
    """Ask for a region."""
    names = REGIONS if value in REGIONS else {value: "your choice", **REGIONS}
    field = dropdown([(f"{place} ({region})", region) for region, place in names.items()], value, description)

    def judge(region: str) -> str:
        validate_region(region)
        return f"Buckets in this region have addresses like BUCKET.s3.{region}.amazonaws.com."

    return Picker([field], lambda: field.value, judge)


def dropdown(options: Sequence[tuple[str, str]], value: str, description: str) -> ipywidgets.Dropdown:
    """Make a dropdown list, as wide as the other fields of pickers.

    Args:
        options: Pairs of a label and its value.
        value: The value to start with.
        description: The text before the field.
    """
    return ipywidgets.Dropdown(options=options, value=value, description=description, style=LABEL, layout=WIDE)


def _text_picker(description: str, value: str, judge: Judge, judge_meanwhile: Judge | None = None) -> Picker:
    field = ipywidgets.Text(value, description=description, style=LABEL, layout=WIDE)
    return Picker([field], lambda: field.value, judge, judge_meanwhile)


def _look_for_bucket(s3: S3Client, name: str) -> str:
    """Look whether a bucket of this name exists. Bucket names are unique in all of AWS."""
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 404:
            return "It is free."
        if status == 403:
            raise InvalidName(
                f"{name} belongs to another account, or you lack the permission s3:ListBucket to look at it. "
                "Bucket names are unique in all of AWS, so choose another name."
            ) from error
        return f"S3 answered {status}, so it may be free or taken."
    return "It is already yours."
