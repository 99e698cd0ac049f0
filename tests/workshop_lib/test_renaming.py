"""The names of things that exist are not replaced, because nothing would find these things again."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from workshop_lib.clean_up import delete_resources
from workshop_lib.cloud import Cloud
from workshop_lib.errors import NamesInUse
from workshop_lib.names import WorkshopNames, load_names, recall_names, suggest_names, write_names
from workshop_lib.renaming import save_names

if TYPE_CHECKING:
    from local_cloud.cloud import LocalCloud

GRACE = suggest_names("grace")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the names are saved."""
    return tmp_path / "names.json"


def test_the_first_names_are_saved_unasked(file: Path) -> None:
    nobody_there = Cloud({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})

    save_names(nobody_there, GRACE, file)

    assert load_names(file) == GRACE


@pytest.mark.parametrize("content", ["{", "[]", '{"learner": "ada"}'])
def test_a_file_that_holds_no_names_is_replaced(file: Path, connected: Cloud, content: str) -> None:
    file.write_text(content, encoding="utf-8")

    save_names(connected, GRACE, file)

    assert load_names(file) == GRACE


@pytest.mark.usefixtures("buckets")
def test_a_file_with_a_slip_is_kept_while_its_learner_has_something(
    connected: Cloud, names: WorkshopNames, file: Path
) -> None:
    slip = write_names(names, file).read_text(encoding="utf-8").replace("{", "{,")
    file.write_text(slip, encoding="utf-8")

    with pytest.raises(NamesInUse, match=f"{names.source_bucket} of {names.learner}.*Correct the file"):
        save_names(connected, GRACE, file)

    assert file.read_text(encoding="utf-8") == slip


@pytest.mark.usefixtures("buckets")
def test_a_file_with_a_slip_is_replaced_if_all_is_the_same_learners(
    connected: Cloud, names: WorkshopNames, file: Path
) -> None:
    file.write_text("{,", encoding="utf-8")

    save_names(connected, names, file)

    assert load_names(file) == names


def test_while_nothing_exists_the_names_may_change(connected: Cloud, names: WorkshopNames, file: Path) -> None:
    save_names(connected, names, file)

    save_names(connected, GRACE, file)

    assert load_names(file) == GRACE


@pytest.mark.usefixtures("replicated")
def test_the_names_of_things_that_exist_are_kept(connected: Cloud, names: WorkshopNames, file: Path) -> None:
    save_names(connected, names, file)

    with pytest.raises(
        NamesInUse, match=rf"of ada: .*{names.source_bucket}.* and \d more.*notebook 06.*workshop clean-up --yes.*keep"
    ):
        save_names(connected, GRACE, file)
    assert load_names(file) == names


@pytest.mark.usefixtures("replicated")
def test_the_same_names_may_be_saved_again(connected: Cloud, names: WorkshopNames, file: Path) -> None:
    save_names(connected, names, file)

    assert save_names(connected, names, file) == file


@pytest.mark.usefixtures("buckets")
@pytest.mark.parametrize("field", ["source_bucket", "destination_bucket"])
def test_another_bucket_is_refused_while_the_saved_one_exists(
    connected: Cloud, names: WorkshopNames, file: Path, field: str
) -> None:
    save_names(connected, names, file)
    other = dataclasses.replace(names, **{field: "two-regions-ada-another"})

    with pytest.raises(NamesInUse, match=rf"of ada: bucket {getattr(names, field)}\."):
        save_names(connected, other, file)


@pytest.mark.usefixtures("buckets")
def test_other_regions_are_refused_while_the_buckets_exist(connected: Cloud, names: WorkshopNames, file: Path) -> None:
    save_names(connected, names, file)
    elsewhere = suggest_names("ada", source_region="eu-central-1", destination_region="us-west-2")

    with pytest.raises(NamesInUse, match=names.source_bucket):
        save_names(connected, elsewhere, file)


def test_a_name_by_which_nothing_is_lost_may_change(
    role_arn: str, connected: Cloud, names: WorkshopNames, file: Path
) -> None:
    save_names(connected, names, file)
    other = dataclasses.replace(names, function_name="two-regions-ada-another")

    save_names(connected, other, file)

    assert load_names(file) == other


@pytest.mark.usefixtures("buckets")
def test_after_a_clean_up_the_names_may_change(connected: Cloud, names: WorkshopNames, file: Path) -> None:
    save_names(connected, names, file)
    delete_resources(connected, names)

    save_names(connected, GRACE, file)

    assert load_names(file) == GRACE


@pytest.mark.usefixtures("replicated")
def test_after_a_reset_of_the_local_cloud_the_names_may_change(
    cloud: LocalCloud, connected: Cloud, names: WorkshopNames, file: Path
) -> None:
    save_names(connected, names, file)
    cloud.reset()

    save_names(connected, GRACE, file)

    assert load_names(file) == GRACE


def test_a_bucket_that_somebody_else_made_does_not_hold_the_names(
    connected: Cloud, names: WorkshopNames, file: Path
) -> None:
    connected.s3("us-east-1").create_bucket(Bucket="somebody-elses")
    save_names(connected, dataclasses.replace(names, source_bucket="somebody-elses", source_region="us-east-1"), file)

    save_names(connected, GRACE, file)

    assert load_names(file) == GRACE


def test_without_a_network_the_names_are_kept_and_the_way_out_is_said(names: WorkshopNames, file: Path) -> None:
    nobody_there = Cloud({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    save_names(nobody_there, names, file)

    with pytest.raises(NamesInUse, match=rf"(?s)names of ada: The local cloud does not answer.*delete {file}"):
        save_names(nobody_there, GRACE, file)
    assert load_names(file) == names


def test_without_the_right_to_look_the_names_are_kept(connected: Cloud, names: WorkshopNames, file: Path) -> None:
    save_names(connected, names, file)
    blind = Cloud(connected.environment)

    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not allowed"}}, "ListDistributions")

    blind.cloudfront.meta.events.register("before-call.cloudfront.ListDistributions", refuse)

    with pytest.raises(NamesInUse, match=r"(?s)doesn't tell whether.*AccessDenied"):
        save_names(blind, GRACE, file)
    assert load_names(file) == names


# ------------------------------------------------------------------------------------------------ the pickers' start


def test_a_notebook_begins_with_the_names_that_were_saved(connected: Cloud, file: Path) -> None:
    saved = dataclasses.replace(GRACE, source_bucket="lighthouse-of-grace")
    save_names(connected, saved, file)

    assert recall_names(path=file) == saved
    assert recall_names("grace", source_region="eu-west-1", path=file) == saved


def test_a_notebook_without_saved_names_suggests_some(file: Path) -> None:
    assert recall_names(path=file) == suggest_names("ada-lovelace")


@pytest.mark.parametrize(
    ("wanted", "suggested"),
    [
        ({"learner": "joan"}, suggest_names("joan")),
        ({"source_region": "us-east-1"}, suggest_names("grace", source_region="us-east-1")),
        ({"destination_region": "us-east-1"}, suggest_names("grace", destination_region="us-east-1")),
    ],
)
def test_what_is_asked_for_goes_before_what_was_saved(
    connected: Cloud, file: Path, wanted: dict[str, str], suggested: WorkshopNames
) -> None:
    save_names(connected, GRACE, file)

    assert recall_names(**wanted, path=file) == suggested
