"""The learner's names: chosen once in notebook 00, kept in one small file, read by all other notebooks.

The file holds names only. Ids, ARNs and addresses are looked up in the cloud, so the file is never out of date.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from workshop_lib.errors import STEPS, InvalidName, StepOutOfOrder
from workshop_lib.name_rules import check_marked_names

BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[1-9]")
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
LEARNER = re.compile(r"[a-z]([a-z0-9-]{0,18}[a-z0-9])?")
DEFAULT_LEARNER = "ada-lovelace"
SHARED_BOUNDARY = "two-regions-shared-boundary"
"""The permissions boundary of learners whose names aren't known when their policies are granted."""
RESERVED_ZONES = ("example.com", "example.net", "example.org")


def validate_bucket_name(bucket: str) -> str:
    """Return the name, or say why S3 (or the workshop) would refuse it.

    S3 allows dots, but the workshop doesn't: `a.b.s3.eu-west-1.amazonaws.com` doesn't match AWS's TLS certificate.

    Raises:
        InvalidName: With the reason.
    """
    name = f"The bucket name {bucket!r}"
    if not 3 <= len(bucket) <= 63:
        raise InvalidName(f"{name} has {len(bucket)} characters. S3 requires 3 to 63.")
    if ".." in bucket:
        raise InvalidName(f"{name} has two dots in a row, which S3 doesn't allow.")
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+){3}", bucket):
        raise InvalidName(f"{name} looks like an IP address, which S3 doesn't allow.")
    if "." in bucket:
        raise InvalidName(f"{name} has a dot, which S3 allows but its TLS certificate doesn't cover. Use a hyphen.")
    if not BUCKET.fullmatch(bucket):
        raise InvalidName(f"{name} may only have lowercase letters, digits and hyphens, and no hyphen at either end.")
    if bucket.startswith(("xn--", "sthree-", "amzn-s3-demo-")) or bucket.endswith(("-s3alias", "--ol-s3", "--x-s3")):
        raise InvalidName(f"{name} begins or ends with a prefix or suffix that AWS reserves. Choose another name.")
    return bucket


def validate_region(region: str) -> str:
    """Return the region, or say why it can't be one. Only AWS knows whether your account may use it.

    Raises:
        InvalidName: With the reason.
    """
    if not REGION.fullmatch(region):
        raise InvalidName(f"{region!r} is not the code of an AWS region. A code looks like 'eu-west-1'.")
    return region


def validate_learner_name(learner: str) -> str:
    """Return the name, or say why it can't be part of bucket names, which have the strictest rules.

    Raises:
        InvalidName: With the reason.
    """
    if not LEARNER.fullmatch(learner):
        raise InvalidName(
            f"The learner name {learner!r} can't be part of bucket names. Use 1 to 20 lowercase letters, digits or "
            "hyphens. Start with a letter, and don't end with a hyphen."
        )
    return learner


def validate_record_name(record_name: str) -> str:
    """Return the name of a record or a zone, or say why Route 53 would refuse it.

    Raises:
        InvalidName: With the reason.
    """
    labels = record_name.split(".")
    if len(record_name) > 253 or len(labels) < 2 or not all(LABEL.fullmatch(label) for label in labels):
        raise InvalidName(
            f"{record_name!r} is not a DNS name as this workshop writes them. Use at least two labels of lowercase "
            "letters, digits, hyphens or underscores. Join them with dots, without a dot at the end."
        )
    if reserved := next((zone for zone in RESERVED_ZONES if f".{record_name}".endswith(f".{zone}")), None):
        raise InvalidName(f"{record_name!r} is reserved by AWS, like every name in {reserved}. Use another name.")
    return record_name


@dataclass(frozen=True, order=True)
class S3Origin:
    """A bucket, as CloudFront and the TXT records name it."""

    bucket: str
    region: str

    @property
    def domain_name(self) -> str:
        """`BUCKET.s3.REGION.amazonaws.com`, the regional name. The global one redirects for hours after creation."""
        return f"{self.bucket}.s3.{self.region}.amazonaws.com"

    @classmethod
    def from_domain_name(cls, text: str) -> Self:
        """Make an origin from its domain name.

        Raises:
            InvalidName: It isn't `BUCKET.s3.REGION.amazonaws.com`.
        """
        match text.split("."):
            case [bucket, "s3", region, "amazonaws", "com"]:
                return cls(validate_bucket_name(bucket), validate_region(region))
        raise InvalidName(f"{text!r} is not of the form BUCKET.s3.REGION.amazonaws.com.")


@dataclass(frozen=True)
class WorkshopNames:
    """All names of one learner. They are checked when they are made, so a saved file is always usable.

    Attributes:
        learner: The learner's name, part of the suggested names.
        source_bucket: The website is published here, in `source_region`.
        destination_bucket: S3 copies it to here, in `destination_region`.
        zone_name: Hosted zone. A zone of this name that you had before is used, and clean-up keeps it.
        record_name: TXT record sets that name the website's bucket. The value of `X-DNS-ORIGIN`.
        preview_record_name: The same for the second distribution.
        function_name: The edge function.
        edge_role_name: Role of the edge function.
        replication_role_name: Role that S3 assumes to replicate.
        batch_role_name: Role that S3 Batch Replication assumes.
        distribution_comment: Distributions have no names, so the workshop finds them by their comments. Also the
            comment of the origin access identity.
        preview_comment: The same for the second distribution.
        health_check_name: Health checks have no names. This is the beginning of their caller reference, and of that of
            zones and identities. It is their mark (see `ownership`).
    """

    learner: str
    source_bucket: str
    source_region: str
    destination_bucket: str
    destination_region: str
    zone_name: str
    record_name: str
    preview_record_name: str
    function_name: str
    edge_role_name: str
    replication_role_name: str
    batch_role_name: str
    distribution_comment: str
    preview_comment: str
    health_check_name: str

    def __post_init__(self) -> None:
        if wrong := [key for key, value in vars(self).items() if not isinstance(value, str)]:
            raise InvalidName(f"{', '.join(wrong)}: a name is a text, in quotation marks.")
        validate_learner_name(self.learner)
        check_marked_names(self.learner, vars(self))
        for origin in (self.source_origin, self.destination_origin):
            validate_bucket_name(origin.bucket)
            validate_region(origin.region)
        if self.source_bucket == self.destination_bucket:
            raise InvalidName(f"Source and destination are both {self.source_bucket!r}. Replication needs two buckets.")
        if self.source_region == self.destination_region:
            raise InvalidName(
                f"Both buckets are in {self.source_region}. To survive the loss of a region, choose two regions."
            )
        validate_record_name(self.zone_name)
        for record_name in (self.record_name, self.preview_record_name):
            if not validate_record_name(record_name).endswith(f".{self.zone_name}"):
                raise InvalidName(
                    f"{record_name!r} is not in the zone {self.zone_name!r}. Choose a name that ends with "
                    f"'.{self.zone_name}'."
                )

    @property
    def source_origin(self) -> S3Origin:
        """The source bucket and its region."""
        return S3Origin(self.source_bucket, self.source_region)

    @property
    def destination_origin(self) -> S3Origin:
        """The destination bucket and its region."""
        return S3Origin(self.destination_bucket, self.destination_region)

    @property
    def boundary_name(self) -> str:
        """The permissions boundary of the learner's roles. The learner's policies demand this name."""
        return f"two-regions-{self.learner}-boundary"

    @property
    def failover_comment(self) -> str:
        """The comment of the distribution with an origin group, a rival in notebook 05."""
        return f"{self.distribution_comment} failover"

    @property
    def uncached_comment(self) -> str:
        """The comment of the distribution that caches nothing, a rival in notebook 05."""
        return f"{self.distribution_comment} uncached"

    @property
    def distribution_comments(self) -> tuple[str, ...]:
        """The comments of all distributions that the workshop makes."""
        return self.distribution_comment, self.preview_comment, self.failover_comment, self.uncached_comment


def suggest_names(
    learner: str,
    *,
    source_region: str = "eu-west-1",
    destination_region: str = "ap-southeast-1",
    zone_name: str | None = None,
) -> WorkshopNames:
    """Make all names from one.

    Change some of them with `dataclasses.replace`, then `renaming.save_names`.

    Args:
        learner: Your name. On AWS choose one that no other learner has, because bucket names are unique in the world.
        source_region: The region in which the website is published.
        destination_region: The region to which it is copied.
        zone_name: A domain of yours, if you have one. The default is a name that can't be registered.

    Raises:
        InvalidName: A name that AWS would refuse.
    """
    validate_learner_name(learner)
    # Several learners may share a domain, so each has names of their own below it.
    below = f"{learner}.{zone_name}" if zone_name else f"{learner}.two-regions.test"
    return WorkshopNames(
        learner=learner,
        source_bucket=f"two-regions-{learner}-{source_region}",
        source_region=source_region,
        destination_bucket=f"two-regions-{learner}-{destination_region}",
        destination_region=destination_region,
        zone_name=zone_name or below,
        record_name=f"origin.{below}",
        preview_record_name=f"preview.{below}",
        function_name=f"two-regions-{learner}-origin",
        edge_role_name=f"two-regions-{learner}-edge",
        replication_role_name=f"two-regions-{learner}-replication",
        batch_role_name=f"two-regions-{learner}-batch",
        distribution_comment=f"two-regions {learner}",
        preview_comment=f"two-regions {learner} preview",
        health_check_name=f"two-regions-{learner}",
    )


def get_names_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file of the names: `WORKSHOP_NAMES`, or `workshop-names.json` in the current directory."""
    return Path(environ.get("WORKSHOP_NAMES") or "workshop-names.json")


def recall_names(
    learner: str = "", *, source_region: str = "", destination_region: str = "", path: Path | None = None
) -> WorkshopNames:
    """Return the saved names, or suggest names if none are saved or if something else is asked for.

    Args:
        learner: The learner's name. Empty means the saved one, or else `DEFAULT_LEARNER`.
        source_region: Empty means the saved one, or else Ireland.
        destination_region: Empty means the saved one, or else Singapore.
        path: The file. The default is `get_names_path()`.

    Raises:
        InvalidName: A name that AWS would refuse.
    """
    try:
        saved = load_names(path)
    except StepOutOfOrder:  # there is no file, or nothing in it can be read
        saved = suggest_names(learner or DEFAULT_LEARNER)
    wanted = (
        learner or saved.learner,
        source_region or saved.source_region,
        destination_region or saved.destination_region,
    )
    if wanted == (saved.learner, saved.source_region, saved.destination_region):
        return saved
    return suggest_names(wanted[0], source_region=wanted[1], destination_region=wanted[2])


def write_names(names: WorkshopNames, path: Path | None = None) -> Path:
    """Write the file of the names, whatever was in it. Notebook 00 uses `renaming.save_names`, which looks first.

    Returns:
        The file.
    """
    path = path or get_names_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dataclasses.asdict(names), indent=2) + "\n", encoding="utf-8")
    return path


def load_names(path: Path | None = None) -> WorkshopNames:
    """Read the names that notebook 00 saved.

    Raises:
        StepOutOfOrder: There is no such file, or it can't be read.
        InvalidName: The file was edited, and AWS would refuse a name in it.
    """
    path = path or get_names_path()
    try:
        return WorkshopNames(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise StepOutOfOrder(
            f"There is no names file {path}. Run notebook 00_start_here first; {STEPS['names']} writes it. If you did, "
            "run this in the folder in which you ran `workshop lab`, or set WORKSHOP_NAMES to the names file."
        ) from error
    except (ValueError, TypeError) as error:
        if isinstance(error, InvalidName):
            raise InvalidName(f"{error} Correct it in the names file {path}.") from error
        raise StepOutOfOrder(
            f"The names file {path} can't be read ({error}). Run notebook 00_start_here again to replace it."
        ) from error
