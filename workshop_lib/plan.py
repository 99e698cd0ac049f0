"""The plan for AWS: what the notebooks make, what it costs, and how long each notebook takes.

Notebook 00, `workshop doctor` and `workshop run` show it before anything is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workshop_lib.delays import AWS, MINUTE, Delay
from workshop_lib.names import DEFAULT_LEARNER, WorkshopNames, suggest_names
from workshop_lib.prices import describe_age, read_prices
from workshop_lib.tables import LONG, NUMBER, WHOLE, Column, align_columns, render_table

HOURS_IN_A_MONTH, DAYS_IN_A_MONTH = 730, 30
VISITS = 10_000
"""More requests than the notebooks send in all. Each is counted as a cache miss, which is the dearest."""
SECONDS_OF_A_VISIT = 0.05
"""For which the function runs. An estimate: AWS counts its wait for DNS, too."""
GIGABYTES_OF_THE_FUNCTION = 0.5
"""`lambda_edge.MEMORY_SIZE`, which can't be imported here."""
GIGABYTES_IN_A_BUCKET = 0.01
"""With all versions. An estimate."""
FREE_HOURS_OF_A_ZONE = 12


class Item(NamedTuple):
    """Something that a notebook makes, and US dollars for it. What depends on traffic is in `Plan.hour`."""

    notebook: str
    kind: str
    """AWS's word, as clean-up uses it."""
    name: str
    month: float = 0.0
    """While it exists."""
    once: float = 0.0
    """When it is made."""

    @property
    def charge(self) -> str:
        """The costs in words."""
        if self.once:
            return f"{self.once:.2f} once"
        return f"{self.month:.2f} a month" if self.month else "free"


class Pace(NamedTuple):
    """How long a notebook takes. An estimate."""

    notebook: str
    work: int
    """Minutes to read and to do, as in README.md."""
    waits: tuple[Delay, ...] = ()
    """What it waits for, one after the other, with the exercises.

    Distributions that are made together count once. All replicas of a notebook count once, too, which is an estimate.
    """

    @property
    def least_wait(self) -> int:
        """Minutes that it waits for AWS at least."""
        return round(sum(delay.least for delay in self.waits) / MINUTE)

    @property
    def most_wait(self) -> int:
        """Minutes that it waits for AWS at most."""
        return round(sum(delay.most for delay in self.waits) / MINUTE)

    @property
    def wait(self) -> str:
        """The wait in words."""
        return f"{self.least_wait} to {self.most_wait}" if self.most_wait else "none"


PACE = (
    Pace("00 Start here", 10),
    Pace("01 Replicate the website", 20, (AWS.versioning, AWS.permissions, AWS.rule, AWS.replication)),
    Pace("02 Build the edge function", 20, (AWS.permissions,)),
    Pace("03 Route through CloudFront", 15, (AWS.permissions, AWS.distribution, *[AWS.dns_change] * 3, AWS.logs)),
    Pace("04 Shift the traffic", 25, (*[AWS.dns_change] * 9, *[AWS.invalidation] * 2, AWS.distribution)),
    Pace("05 Survive a region", 30, (*[AWS.health_change] * 7, AWS.distribution, AWS.replication)),
    Pace("06 Clean up", 5, (AWS.distribution,)),
)

COLUMNS = (Column("notebook", WHOLE), Column("kind", WHOLE), Column("name", LONG), Column("USD", NUMBER))
TIMES = (Column("notebook", WHOLE), Column("minutes of work", NUMBER), Column("minutes of waiting on AWS", NUMBER))


@dataclass(frozen=True)
class Plan:
    """What is made, its costs in US dollars, and the time. Shows itself as tables."""

    learner: str
    items: tuple[Item, ...]
    traffic: float
    """All requests of the notebooks."""

    @property
    def once(self) -> float:
        """What is paid once, however soon everything is deleted."""
        return sum(item.once for item in self.items)

    @property
    def month(self) -> float:
        """A month in which everything is forgotten."""
        return sum(item.month for item in self.items)

    @property
    def hour(self) -> float:
        """The dearest hour: everything exists, and all requests are sent in it. The zone is paid by the month."""
        return self.traffic + (self.month - _charge("hosted_zone")) / HOURS_IN_A_MONTH

    @property
    def day(self) -> float:
        """The day of the workshop, if everything is deleted at its end. The zone's whole month is in it."""
        lasting = (self.month - _charge("hosted_zone")) / DAYS_IN_A_MONTH
        return self.once + self.traffic + _charge("hosted_zone") + lasting

    @property
    def summary(self) -> str:
        """The costs in short."""
        return (
            f"The workshop costs less than {int(self.day) + 1} USD if you clean up the same day. If you forget to, it "
            f"costs about {self.month:.2f} USD a month."
        )

    def describe_costs(self) -> Sequence[str]:
        """The sums, a sentence each."""
        zone = _charge("hosted_zone")
        return (
            f"An hour of work costs at most about {self.hour:.2f} USD.",
            f"The batch job of notebook 01 costs {self.once:.2f} once.",
            f"The hosted zone costs {zone:.2f} for each month that has begun. If it is deleted within "
            f"{FREE_HOURS_OF_A_ZONE} hours, it is free.",
            self.summary,
            f"These are {describe_age(read_prices().values())}, without taxes and without AWS's free allowances.",
        )

    def describe_times(self) -> str:
        """The sum of the times, in a sentence."""
        return (
            f"In all, {sum(pace.work for pace in PACE)} minutes of work. {describe_waits(p.notebook for p in PACE)} "
            "AWS removes the function from its edge locations hours later, so run notebook 06 "
            "again the next day."
        )

    def __repr__(self) -> str:
        made = [("notebook", "kind", "name", "USD"), *((*item[:3], item.charge) for item in self.items)]
        times = [tuple(column.title for column in TIMES), *self._times()]
        return "\n".join(
            [
                f"What the notebooks make on AWS for {self.learner}:",
                align_columns(made, indent="  "),
                *self.describe_costs(),
                "How long it takes on AWS:",
                align_columns(times, indent="  "),
                self.describe_times(),
            ]
        )

    def _repr_html_(self) -> str:
        made = render_table(COLUMNS, ((*item[:3], item.charge) for item in self.items))
        times = render_table(TIMES, self._times())
        return f"{made}<p>{'<br>'.join(self.describe_costs())}</p>{times}<p>{self.describe_times()}</p>"

    def _times(self) -> Iterator[tuple[str, str, str]]:
        return ((pace.notebook, str(pace.work), pace.wait) for pace in PACE)


def make_plan(names: WorkshopNames) -> Plan:
    """Make the plan for a learner's names. It asks no cloud.

    It lists what the notebooks make in all, also what exists already.

    Args:
        names: The learner's names.

    Returns:
        The plan. It shows itself as tables.
    """
    items = tuple(sorted(_list_items(names), key=lambda item: item.notebook))
    visits = ("viewer_request", "invocation", "origin_request", "dns_query")
    traffic = sum(_charge(price, VISITS) for price in visits)
    traffic += _charge("gb_second", VISITS * SECONDS_OF_A_VISIT * GIGABYTES_OF_THE_FUNCTION)
    return Plan(names.learner, items, traffic)


def describe_waits(notebooks: Iterable[str]) -> str:
    """Say how long some notebooks wait for AWS, in a sentence.

    Args:
        notebooks: Their file names, which begin with their numbers.
    """
    numbers = {notebook[:2] for notebook in notebooks}
    paces = [pace for pace in PACE if pace.notebook[:2] in numbers]
    least, most = sum(pace.least_wait for pace in paces), sum(pace.most_wait for pace in paces)
    return f"The waits for AWS take {least} to {most} minutes. These are estimates."


def describe_month(kinds: Iterable[str]) -> str:
    """Say what resources cost a month while they exist, in a sentence.

    Args:
        kinds: Their kinds, each as often as there are resources of it.
    """
    charges = {item.kind: item.month for item in make_plan(suggest_names(DEFAULT_LEARNER)).items}
    month = sum(charges.get(kind, 0.0) for kind in kinds)
    return f"While they exist, they cost about {month:.2f} USD a month ({describe_age(read_prices().values())})."


def summarize_costs() -> str:
    """Say the costs in short. They are the same for all names."""
    return make_plan(suggest_names(DEFAULT_LEARNER)).summary


def _list_items(names: WorkshopNames) -> Iterator[Item]:
    storage = _charge("storage", GIGABYTES_IN_A_BUCKET)
    check = _charge("health_check") + _charge("health_check_option")  # HTTPS is the option
    yield Item("00", "permissions boundary", names.boundary_name)
    yield Item("01", "bucket", names.source_bucket, month=storage)
    yield Item("01", "bucket", names.destination_bucket, month=storage)
    yield Item("01", "replication role", names.replication_role_name)
    yield Item("01", "replication configuration", names.source_bucket)
    yield Item("01", "batch role", names.batch_role_name)
    yield Item("01", "batch job", names.source_bucket, once=_charge("batch_job"))
    yield Item("02", "edge role", names.edge_role_name)
    yield Item("02", "edge function", names.function_name)
    yield Item("02", "log group", f"/aws/lambda/{names.function_name}")
    yield Item("03", "origin access identity", names.distribution_comment)
    yield Item("03", "hosted zone", names.zone_name, month=_charge("hosted_zone"))
    yield Item("03", "record set", names.record_name)
    for notebook, comment in zip(("03", "04", "05", "05"), names.distribution_comments, strict=True):
        yield Item(notebook, "distribution", comment)
    yield Item("04", "record set", names.preview_record_name)
    for region in (names.source_region, names.destination_region):
        yield Item("05", "health check", f"{names.health_check_name}/{region}", month=check)


def _charge(price: str, units: float = 1) -> float:
    return read_prices()[price].charge(units)
