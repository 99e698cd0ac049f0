"""Pickers of notebooks 04 and 05: weights, a hypothesis about a drill, and a fault.

They work like those of `workshop_lib.widgets`. They start with a given value and hold the choice in `.value`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets

from traffic_lab.drill import Hypothesis
from workshop_lib.errors import FaultRefused, InvalidNumber, WorkshopError
from workshop_lib.faults import ENDED, KINDS, WITH_REGION, cause_fault, end_faults
from workshop_lib.names import S3Origin
from workshop_lib.widgets import LABEL, REGIONS, WIDE, Picker, dropdown

if TYPE_CHECKING:
    from workshop_lib.cloud import Cloud


def weights_picker(weights: object, *, origins: Sequence[S3Origin]) -> WeightsPicker:
    """Ask for one weight for each origin, with sliders from 0 to 255.

    Args:
        weights: The weights to start with, in any form that `parse_weights` reads.
        origins: The origins, in the order of the weights.

    Raises:
        InvalidNumber: The number of weights is wrong, or a weight is not from 0 to 255.
    """
    return WeightsPicker(parse_weights(weights, count=len(origins)), origins)


class WeightsPicker(Picker):
    """Sliders for the weights of a record set. `put_weighted_records` takes their `.value`."""

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
        """The same weights by region, for `plot_shares`."""
        return {origin.region: weight for origin, weight in self.value.items()}


def hypothesis_picker(*, seconds: float, failed: int, region: str = "eu-west-1") -> Picker:
    """Ask for the learner's guess before a drill. `.value` is a `Hypothesis`.

    Args:
        seconds: The guessed time to start with, in seconds.
        failed: The guessed number of failed requests to start with.
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
            f"Your guess: all of {place}'s share moves within {guess.seconds:g} seconds, "
            f"and {f'at most {guess.failed}' if guess.failed else 'no'} requests fail."
        )

    return Picker(fields, lambda: Hypothesis(*(field.value for field in fields)), judge)


def fault_picker(
    cloud: Cloud, *, kind: str = "s3-unavailable", region: str = "eu-west-1", seconds: float = 60.0
) -> FaultPicker:
    """Ask for a fault. Cause it with the picker's button, or with `cause_fault(cloud, **picker.value)`.

    Args:
        cloud: The local cloud. On AWS the buttons show why there are no faults.
        kind: The kind to start with, one of `faults.KINDS`.
        region: The region to start with. Some kinds have none.
        seconds: How long it lasts, at most 600.

    Raises:
        FaultRefused: There is no such kind.
    """
    if kind not in KINDS:
        raise FaultRefused(f"{kind!r} is not a kind of fault. Choose one of: {', '.join(KINDS)}.")
    return FaultPicker(cloud, kind, region, seconds)


class FaultPicker(Picker):
    """A kind, a region and a time, and two buttons. `cause_fault` takes its `.value`."""

    def __init__(self, cloud: Cloud, kind: str, region: str, seconds: float) -> None:
        self._cloud = cloud
        places = REGIONS if region in REGIONS else {region: "your choice", **REGIONS}
        self.kind = dropdown([(one, one) for one in KINDS], kind, "Fault")
        self.region = dropdown([(f"{place} ({one})", one) for one, place in places.items()], region, "Region")
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
        return ENDED.format(end_faults(self._cloud))

    def _show(self, act: Callable[[], str]) -> None:
        """Do a button's action, and show its result below."""
        try:
            self.result.value = f"<span>✔ {html.escape(act())}</span>"
        except WorkshopError as error:
            self.result.value = f"<strong>✘ {html.escape(str(error))}</strong>"


def _describe_fault(chosen: Mapping[str, Any]) -> str:
    where = f" Region: {chosen['region']}." if chosen["region"] else ""
    what = KINDS[chosen["kind"]]
    return f"{what[0].upper()}{what[1:]}, for {chosen['seconds']:g} seconds.{where}"


def describe_weights(weights: Mapping[S3Origin, int]) -> str:
    """Describe what Route 53 does with these weights."""
    total = sum(weights.values())
    if total == 0:
        return "All weights are 0, so Route 53 answers with each record equally often."
    parts = [f"{origin.region} {weight / total:.1%}" for origin, weight in weights.items()]
    return f"Of all answers: {', '.join(parts)}. A weight is divided by the sum, {total}."


def parse_weights(weights: object, *, count: int = 2) -> tuple[int, ...]:
    """Read weights in any of these forms: `[70, 30]`, `"70,30"`, `"70 30"`, `"70:30"`.

    Raises:
        InvalidNumber: There are not `count` weights, or one is not a whole number from 0 to 255.
    """
    parts: Sequence[object] = (
        re.findall(r"[^\s,;:/\[\]()]+", weights) if isinstance(weights, str) else _as_sequence(weights)
    )
    if len(parts) != count:
        raise InvalidNumber(
            f"{weights!r} holds {len(parts)} weights, but there are {count} origins. Give one weight for each, "
            "such as 90,10."
        )
    return tuple(_parse_weight(part) for part in parts)


def _as_sequence(weights: object) -> Sequence[object]:
    return weights if isinstance(weights, Sequence) else [weights]


def _parse_weight(weight: object) -> int:
    text = str(weight)
    if not re.fullmatch(r"[0-9]{1,3}", text) or int(text) > 255:
        raise InvalidNumber(f"{text} is not a weight. A weight is a whole number from 0 to 255, such as 70.")
    return int(text)
