"""Pickers: small forms in a notebook that hold one choice each and say at once what AWS would not accept.

A picker starts at the value it is given, normally one of the notebook's parameters, and the next cell reads
`picker.value`. So a notebook works the same whether a person moves the sliders or nobody does. Reading the value of a
picker that shows an invalid choice raises `InvalidName`, with the reason that is already on the screen.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import ipywidgets
from botocore.exceptions import ClientError

from workshop_lib.drill import Hypothesis
from workshop_lib.errors import FaultRefused, InvalidName, WorkshopError
from workshop_lib.faults import KINDS, WITH_REGION, cause_fault, end_faults
from workshop_lib.names import S3Origin, validate_bucket_name, validate_learner_name, validate_region

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from workshop_lib.cloud import Cloud

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
"""Regions that every account has switched on; one of the learner's own is added to the list when it is given."""

LABEL = {"description_width": "11em"}
WIDE = {"width": "36em"}

Judge = Callable[[Any], str]
"""Looks at a choice; returns what to say about it, or raises InvalidName."""


class Picker(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A form field with a line below it that says whether AWS would accept what is chosen.

    Args:
        fields: The field, or fields.
        read: Reads what is chosen.
        judge: Asked at the start, at Enter, and when the value is read.
        judge_meanwhile: Asked on every key or move, if `judge` takes too long for that.
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
        """What is chosen now.

        Raises:
            InvalidName: AWS would refuse it; the message says why.
        """
        return self._decide(self._judge)

    def __repr__(self) -> str:
        """What is read where no widgets are drawn, as in the report of a run."""
        return ", ".join(f"{field.description}: {field.value}" for field in self._fields)

    def _hear(self, _field: object, content: Mapping[str, object], _buffers: object) -> None:
        if content.get("event") == "submit":  # the Enter key
            self._show_verdict(self._judge)

    def _show_verdict(self, judge: Judge) -> None:
        with suppress(InvalidName):
            self._decide(judge)

    def _decide(self, judge: Judge) -> Any:
        """What is chosen now, if it can be; either way, write the line below the field."""
        try:
            chosen = self._read()
            self.verdict.value = f"<span>✔ {html.escape(judge(chosen))}</span>"
        except InvalidName as error:
            self.verdict.value = f"<strong>✘ {html.escape(str(error))}</strong>"
            raise
        return chosen


def learner_picker(value: str) -> Picker:
    """Ask for the name that tells this learner's buckets from everybody else's."""

    def judge(name: str) -> str:
        validate_learner_name(name)
        return f"Your buckets will carry the name {name}."

    return _text_picker("Your name", value, judge)


def bucket_picker(value: str, *, description: str = "Bucket", s3: S3Client | None = None) -> Picker:
    """Ask for the name of a bucket, and judge it on every key as S3 would: length, characters, dots.

    Args:
        value: The name to start from.
        description: What stands before the field.
        s3: With a client, the picker also looks whether the name is free, yours, or taken by someone else. That is a
            request, so it is made at Enter, and when the value is read.
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
    field = _dropdown([(f"{place} ({region})", region) for region, place in names.items()], value, description)

    def judge(region: str) -> str:
        validate_region(region)
        return f"Buckets there are called BUCKET.s3.{region}.amazonaws.com."

    return Picker([field], lambda: field.value, judge)


def weights_picker(weights: object, *, origins: Sequence[S3Origin]) -> WeightsPicker:
    """Ask for one weight for each origin, with sliders from 0 to 255.

    Args:
        weights: Where the sliders start; everything that `parse_weights` reads.
        origins: The origins, in the order of the weights.

    Raises:
        InvalidName: There is not one weight from 0 to 255 for each origin.
    """
    return WeightsPicker(parse_weights(weights, count=len(origins)), origins)


class WeightsPicker(Picker):
    """Sliders for the weights of a record set; `.value` is what `put_weighted_records` wants."""

    def __init__(self, weights: Sequence[int], origins: Sequence[S3Origin]) -> None:
        self.sliders = [
            ipywidgets.IntSlider(weight, 0, 255, description=origin.region, style=LABEL, layout=WIDE)
            for weight, origin in zip(weights, origins, strict=True)
        ]
        self._origins = tuple(origins)
        super().__init__(self.sliders, self._read_sliders, describe_weights)

    def _read_sliders(self) -> dict[S3Origin, int]:
        return {origin: slider.value for origin, slider in zip(self._origins, self.sliders, strict=True)}

    @property
    def by_region(self) -> dict[str, int]:
        """The same weights by the name of the region, as `plot_shares` wants them."""
        return {origin.region: weight for origin, weight in self.value.items()}


def hypothesis_picker(*, seconds: float, failed: int, region: str = "eu-west-1") -> Picker:
    """Ask what the learner expects of a drill, before it is held. `.value` is a `Hypothesis`.

    Args:
        seconds: Where the guess of the time starts, in seconds.
        failed: Where the guess of failed requests starts.
        region: The region that fails.
    """
    fields = [
        ipywidgets.BoundedFloatText(
            seconds, min=0, max=3600, step=0.5, description="seconds", style=LABEL, layout=WIDE
        ),
        ipywidgets.BoundedIntText(failed, min=0, max=10**6, description="failed requests", style=LABEL, layout=WIDE),
    ]  # fmt: skip
    place = REGIONS.get(region, region)

    def judge(guess: Hypothesis) -> str:
        return (
            f"You say: all of {place}'s share has moved within {guess.seconds:g} seconds, "
            f"and {f'at most {guess.failed}' if guess.failed else 'no'} requests fail."
        )

    return Picker(fields, lambda: Hypothesis(*(field.value for field in fields)), judge)


def fault_picker(
    cloud: Cloud, *, kind: str = "s3-unavailable", region: str = "eu-west-1", seconds: float = 60.0
) -> FaultPicker:
    """Ask for a fault, to be caused with its own button or in the next cell: `cause_fault(cloud, **picker.value)`.

    Args:
        cloud: The local cloud, which its buttons ask; on AWS they say why there is nothing to cause.
        kind: The kind to start from, one of `faults.KINDS`.
        region: The region to start from; some kinds have none.
        seconds: How long it shall last, up to 600.

    Raises:
        FaultRefused: There is no such kind.
    """
    if kind not in KINDS:
        raise FaultRefused(f"{kind!r} is no kind of fault. There are: {', '.join(KINDS)}.")
    return FaultPicker(cloud, kind, region, seconds)


class FaultPicker(Picker):
    """A kind, a region and a time, and two buttons; `.value` is what `cause_fault` wants."""

    def __init__(self, cloud: Cloud, kind: str, region: str, seconds: float) -> None:
        self._cloud = cloud
        places = REGIONS if region in REGIONS else {region: "your choice", **REGIONS}
        self.kind = _dropdown([(one, one) for one in KINDS], kind, "Fault")
        self.region = _dropdown([(f"{place} ({one})", one) for one, place in places.items()], region, "Region")
        self.seconds = ipywidgets.BoundedFloatText(
            seconds, min=1, max=600, step=5, description="Seconds", style=LABEL, layout=WIDE
        )
        self.cause_button = ipywidgets.Button(description="Cause", button_style="danger")
        self.end_button = ipywidgets.Button(description="End all faults")
        self.result = ipywidgets.HTML()
        self.cause_button.on_click(lambda _: self._show(self._cause))
        self.end_button.on_click(lambda _: self._show(self._end))
        super().__init__([self.kind, self.region, self.seconds], self._read_fields, _describe_fault)
        buttons = ipywidgets.HBox([self.cause_button, self.end_button])
        self.children: Sequence[ipywidgets.Widget] = (*self._fields, self.verdict, buttons, self.result)

    def _read_fields(self) -> dict[str, Any]:
        region = self.region.value if self.kind.value in WITH_REGION else None
        return {"kind": self.kind.value, "region": region, "seconds": self.seconds.value}

    def _cause(self) -> str:
        return f"{cause_fault(self._cloud, **self.value)}. It ends in {self.seconds.value:g} s."

    def _end(self) -> str:
        return f"Faults ended: {end_faults(self._cloud)}. None is in force."

    def _show(self, act: Callable[[], str]) -> None:
        """Do what a button is for, and write below it what came of it."""
        try:
            self.result.value = f"<span>✔ {html.escape(act())}</span>"
        except WorkshopError as error:
            self.result.value = f"<strong>✘ {html.escape(str(error))}</strong>"


def _describe_fault(chosen: Mapping[str, Any]) -> str:
    where = f" Region: {chosen['region']}." if chosen["region"] else ""
    what = KINDS[chosen["kind"]]
    return f"{what[0].upper()}{what[1:]}, for {chosen['seconds']:g} seconds.{where}"


def describe_weights(weights: Mapping[S3Origin, int]) -> str:
    """Say in words what Route 53 will do with these weights."""
    total = sum(weights.values())
    if total == 0:
        return "All weights are 0: Route 53 then answers each record equally often."
    parts = [f"{origin.region} {weight / total:.1%}" for origin, weight in weights.items()]
    return f"Of all answers: {', '.join(parts)}. A weight is divided by the sum, {total}."


def parse_weights(weights: object, *, count: int = 2) -> tuple[int, ...]:
    """Read weights as people and command lines write them: `[70, 30]`, `"70,30"`, `"70 30"`, `"70:30"`.

    Raises:
        InvalidName: There are not `count` weights, or one is not a whole number from 0 to 255.
    """
    parts: Sequence[object] = (
        re.findall(r"[^\s,;:/\[\]()]+", weights) if isinstance(weights, str) else _as_sequence(weights)
    )
    if len(parts) != count:
        raise InvalidName(f"{weights!r} should be {count} weights, one for each origin, for example 90,10.")
    return tuple(_parse_weight(part) for part in parts)


def _as_sequence(weights: object) -> Sequence[object]:
    return weights if isinstance(weights, Sequence) else [weights]


def _parse_weight(weight: object) -> int:
    text = str(weight)
    if not re.fullmatch(r"[0-9]{1,3}", text) or int(text) > 255:
        raise InvalidName(f"{text} is not a weight. Route 53 takes a whole number from 0 to 255.")
    return int(text)


def _dropdown(options: Sequence[tuple[str, str]], value: str, description: str) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(options=options, value=value, description=description, style=LABEL, layout=WIDE)


def _text_picker(description: str, value: str, judge: Judge, judge_meanwhile: Judge | None = None) -> Picker:
    field = ipywidgets.Text(value, description=description, style=LABEL, layout=WIDE)
    return Picker([field], lambda: field.value, judge, judge_meanwhile)


def _look_for_bucket(s3: S3Client, name: str) -> str:
    """Look whether a bucket of this name exists; a bucket's name is unique in all of AWS."""
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 404:
            return "It is free."
        if status == 403:
            raise InvalidName(
                f"{name} belongs to someone else, for bucket names are unique in all of AWS; or you lack the "
                "permission s3:ListBucket to look at it."
            ) from error
        return f"Whether it is free is not known: S3 answered {status}."
    return "You have it already."
