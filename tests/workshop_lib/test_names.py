"""Names that AWS would refuse never get as far as AWS."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from workshop_lib.errors import InvalidName, StepOutOfOrder
from workshop_lib.names import (
    S3Origin,
    load_names,
    suggest_names,
    validate_bucket_name,
    validate_learner_name,
    validate_record_name,
    validate_region,
    write_names,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_an_origin_is_named_by_its_regional_domain_name() -> None:
    assert S3Origin("ui", "eu-west-1").domain_name == "ui.s3.eu-west-1.amazonaws.com"


def test_an_origin_is_read_back_from_its_domain_name() -> None:
    assert S3Origin.from_domain_name("a-ui.s3.ap-southeast-1.amazonaws.com") == S3Origin("a-ui", "ap-southeast-1")


@pytest.mark.parametrize(
    "text",
    [
        "a-ui.s3.amazonaws.com",
        "a-ui.s3-eu-west-1.amazonaws.com",
        "a-ui.s3.eu-west-1.amazonaws.com.evil.net",
        "a.b.s3.eu-west-1.amazonaws.com",
        "A-UI.s3.eu-west-1.amazonaws.com",
        "a-ui.s3.EU-WEST-1.amazonaws.com",
        "",
    ],
)
def test_other_domain_names_are_no_origin(text: str) -> None:
    with pytest.raises(InvalidName):
        S3Origin.from_domain_name(text)


@pytest.mark.parametrize(
    ("bucket", "reason"),
    [
        ("ab", "2 characters"),
        ("a" * 64, "64 characters"),
        ("my.bucket", "S3 allows"),
        ("my..bucket", "two dots"),
        ("192.168.5.4", "IP address"),
        ("My-bucket", "lowercase"),
        ("-bucket", "either end"),
        ("bucket-", "either end"),
        ("my_bucket", "hyphens"),
        ("xn--bucket", "AWS reserves"),
        ("bucket-s3alias", "AWS reserves"),
    ],
)
def test_a_bucket_name_that_s3_refuses_is_refused_with_the_reason(bucket: str, reason: str) -> None:
    with pytest.raises(InvalidName, match=reason):
        validate_bucket_name(bucket)


@pytest.mark.parametrize("bucket", ["abc", "a" * 63, "0-9", "two-regions-ada-eu-west-1"])
def test_a_bucket_name_that_s3_takes_is_returned(bucket: str) -> None:
    assert validate_bucket_name(bucket) == bucket


@pytest.mark.parametrize("learner", ["", "Ada", "1ada", "ada-", "ada.b", "a" * 21, "ada\n"])
def test_a_learner_name_must_fit_into_a_bucket_name(learner: str) -> None:
    with pytest.raises(InvalidName, match="learner name"):
        validate_learner_name(learner)


@pytest.mark.parametrize("region", ["Ireland", "eu-west", "EU-WEST-1", "eu-west-1a", "", "eu-west-1\n"])
def test_a_region_is_named_by_its_code(region: str) -> None:
    with pytest.raises(InvalidName, match="eu-west-1"):
        validate_region(region)


@pytest.mark.parametrize(
    "name", ["com", "two regions.test", "a..test", "a.test.", "-a.test", "ä.test", "a" * 64 + ".test"]
)
def test_a_record_name_must_be_a_dns_name(name: str) -> None:
    with pytest.raises(InvalidName, match="DNS name"):
        validate_record_name(name)


@pytest.mark.parametrize("name", ["example.com", "lab.example.net", "a.b.example.org"])
def test_route_53_reserves_the_example_domains(name: str) -> None:
    with pytest.raises(InvalidName, match="reserved by AWS"):
        validate_record_name(name)


def test_the_longest_learner_name_fits_everywhere() -> None:
    names = suggest_names("a" * 20, destination_region="ap-southeast-1")

    assert len(names.destination_bucket) <= 63
    assert len(f"{names.health_check_name}/ap-southeast-1/30s/12345678") <= 64


def test_two_learners_share_no_name() -> None:
    ada, bob = (dataclasses.asdict(suggest_names(learner)) for learner in ("ada", "bob"))

    assert {key for key in ada if ada[key] == bob[key]} == {"source_region", "destination_region"}


def test_both_buckets_in_one_region_survive_nothing() -> None:
    with pytest.raises(InvalidName, match="two"):
        suggest_names("ada", source_region="eu-west-1", destination_region="eu-west-1")


def test_a_bucket_is_not_replicated_to_itself() -> None:
    names = suggest_names("ada")

    with pytest.raises(InvalidName, match="two buckets"):
        dataclasses.replace(names, destination_bucket=names.source_bucket)


def test_a_record_must_be_in_its_zone() -> None:
    with pytest.raises(InvalidName, match="not in the zone"):
        dataclasses.replace(suggest_names("ada"), record_name="origin.elsewhere.test")


def test_saved_names_are_loaded_unchanged(tmp_path: Path) -> None:
    names = suggest_names("ada")

    write_names(names, tmp_path / "names.json")

    assert load_names(tmp_path / "names.json") == names


def test_the_names_file_is_where_workshop_names_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKSHOP_NAMES", str(tmp_path / "here.json"))

    assert write_names(suggest_names("ada")) == tmp_path / "here.json"


def test_without_names_the_first_notebook_is_named(tmp_path: Path) -> None:
    with pytest.raises(StepOutOfOrder, match="00_start_here"):
        load_names(tmp_path / "nothing.json")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"learner": "ada"}'])
def test_a_broken_names_file_says_what_to_run(tmp_path: Path, text: str) -> None:
    path = tmp_path / "names.json"
    path.write_text(text)

    with pytest.raises(StepOutOfOrder, match="00_start_here"):
        load_names(path)


def test_names_edited_into_something_invalid_are_refused(tmp_path: Path) -> None:
    path = write_names(suggest_names("ada"), tmp_path / "names.json")
    path.write_text(path.read_text().replace("two-regions-ada-eu-west-1", "Not.A.Bucket"))

    with pytest.raises(InvalidName, match="dot"):
        load_names(path)


BLANK, LONG = "", "two-regions-ada-" + "x" * 60
WRONG_NAMES = {
    "distribution_comment": [
        BLANK,
        " ",
        "*",
        "two-regions",
        "two-regions bob",
        "two-regions adam",
        "two-regions ada\n",
    ],
    "preview_comment": [
        BLANK,
        "two-regions ada",
        "two-regions  ada",
        f"two-regions ada {'x' * 120}",
        "two-regions ada*",
    ],
    "health_check_name": [BLANK, "two-regions", "two-regions-bob", "two-regions-ada-b", "*"],
    "function_name": [BLANK, "*", "two-regions-*", "origin", "two-regions-bob-origin", LONG],
    "edge_role_name": [BLANK, "two-regions-ada-*", "two-regions-ada-batch", "two-regions-ada-ä", LONG],
    "replication_role_name": ["two-regions-bob-replication", "two-regions-ada-edge"],
    "source_bucket": [BLANK, "*", "two-regions-bob-eu-west-1"],
    "record_name": [BLANK, "*.ada.two-regions.test", "preview.ada.two-regions.test"],
    "learner": [BLANK, "*", "bob"],
}


@pytest.mark.parametrize(("key", "name"), [(key, name) for key, names in WRONG_NAMES.items() for name in names])
def test_a_name_by_which_other_peoples_things_would_be_found_is_refused(key: str, name: str) -> None:
    with pytest.raises(InvalidName):
        dataclasses.replace(suggest_names("ada"), **{key: name})


@pytest.mark.parametrize("name", [None, 7, ["two-regions ada"]])
def test_a_name_that_is_no_text_is_refused(name: object) -> None:
    with pytest.raises(InvalidName, match="distribution_comment"):
        dataclasses.replace(suggest_names("ada"), distribution_comment=name)  # type: ignore[arg-type]


@pytest.mark.parametrize("learner", ["a", "ada", "a-b-c", "a" * 20])
def test_suggested_names_are_accepted(learner: str) -> None:
    assert suggest_names(learner, zone_name="lighthouse.test").learner == learner


def test_a_saved_blank_name_is_refused(tmp_path: Path) -> None:
    path = write_names(suggest_names("ada"), tmp_path / "names.json")
    path.write_text(path.read_text().replace('"two-regions ada"', '""'))

    with pytest.raises(InvalidName, match="distribution_comment"):
        load_names(path)
