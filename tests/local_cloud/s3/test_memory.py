"""S3 keeps only what a bucket holds: what was listed, overwritten or deleted is let go."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest
from moto.s3.models import FakeDeleteMarker, FakeKey, FakeMultipart

from local_cloud.object_store import object_store
from tests.kits.s3 import KIT, SOURCE, Kit, make_bucket

KEY = "index.html"
KINDS = (FakeKey, FakeDeleteMarker, FakeMultipart)


@pytest.fixture(autouse=True)
def only_what_is_new() -> Iterator[None]:
    """Counting passes over what other tests left in this process. That takes seconds when there is much of it."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def in_memory() -> int:
    """How many objects, delete markers and uploads of moto this test has left in the process."""
    gc.collect()
    return sum(isinstance(found, KINDS) for found in gc.get_objects())


def put(kit: Kit, **about: str) -> str:
    return str(kit.ireland.put_object(Bucket=SOURCE, Key=KEY, Body=b"page", **about).get("VersionId"))


def list_versions(kit: Kit) -> None:
    kit.ireland.list_object_versions(Bucket=SOURCE)


def put_and_delete(kit: Kit) -> None:
    kit.ireland.delete_object(Bucket=SOURCE, Key=KEY, VersionId=put(kit))


def copy_and_delete(kit: Kit) -> None:
    where = {"Bucket": SOURCE, "Key": "copy.html"}
    copied = kit.ireland.copy_object(**where, CopySource=f"{SOURCE}/{KEY}")
    kit.ireland.delete_object(**where, VersionId=copied["VersionId"])


def mark_and_remove_the_mark_before(kit: Kit) -> None:
    marker = kit.ireland.delete_object(Bucket=SOURCE, Key=KEY)["VersionId"]
    listed = kit.ireland.list_object_versions(Bucket=SOURCE)["DeleteMarkers"]
    for one in listed:
        if one["VersionId"] != marker:
            kit.ireland.delete_object(Bucket=SOURCE, Key=KEY, VersionId=one["VersionId"])


def upload_in_parts_and_abort(kit: Kit) -> None:
    upload = {"Bucket": SOURCE, "Key": KEY}
    upload["UploadId"] = kit.ireland.create_multipart_upload(**upload)["UploadId"]
    kit.ireland.upload_part(**upload, PartNumber=1, Body=b"part")
    kit.ireland.list_multipart_uploads(Bucket=SOURCE)
    kit.ireland.abort_multipart_upload(**upload)


@pytest.mark.parametrize(
    "act",
    [list_versions, put_and_delete, copy_and_delete, mark_and_remove_the_mark_before, upload_in_parts_and_abort],
)
def test_what_a_bucket_does_not_hold_is_not_kept(act: Callable[[Kit], None]) -> None:
    make_bucket(KIT.ireland, SOURCE, versioned=True)
    put(KIT)
    act(KIT)
    before = in_memory()

    for _ in range(3):
        act(KIT)

    assert in_memory() == before


def test_a_reset_lets_go_of_all_objects() -> None:
    make_bucket(KIT.ireland, SOURCE, versioned=True)
    put(KIT)
    before = in_memory()
    for _ in range(3):
        put(KIT)

    object_store().reset()

    assert in_memory() == before - 1


def test_the_tags_of_a_version_go_with_it() -> None:
    make_bucket(KIT.ireland, SOURCE, versioned=True)
    before = dict(object_store().tagger.tags)

    KIT.ireland.delete_object(Bucket=SOURCE, Key=KEY, VersionId=put(KIT, Tagging="team=web"))

    assert object_store().tagger.tags == before


def test_a_delete_marker_keeps_no_version_that_was_deleted_below_it() -> None:
    make_bucket(KIT.ireland, SOURCE, versioned=True)
    before = in_memory()
    version = put(KIT)
    KIT.ireland.delete_object(Bucket=SOURCE, Key=KEY)

    KIT.ireland.delete_object(Bucket=SOURCE, Key=KEY, VersionId=version)

    assert in_memory() == before + 1
