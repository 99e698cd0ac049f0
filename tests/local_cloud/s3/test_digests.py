"""Checksums that Python lacks, by the check values of their catalogues; and writes that come all at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local_cloud.services.s3.digests import reflected_crc
from tests.kits.s3 import SOURCE, make_bucket


@pytest.mark.parametrize(
    ("polynomial", "bits", "check"),
    [(0x82F63B78, 32, "e3069283"), (0x9A6C9329AC4BC9B5, 64, "ae8b14860a799888")],
    ids=["CRC32C", "CRC64NVME"],
)
def test_a_crc_has_its_check_value(polynomial: int, bits: int, check: str) -> None:
    assert reflected_crc(b"123456789", polynomial=polynomial, bits=bits).hex() == check


def test_no_version_is_lost_when_sixteen_write_at_once(client: Any) -> None:
    s3 = client("s3", "eu-west-1")
    make_bucket(s3, SOURCE, versioned=True)

    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(lambda _: s3.put_object(Bucket=SOURCE, Key="k", Body=b"x")["VersionId"], range(96)))

    listed = {one["VersionId"] for one in s3.list_object_versions(Bucket=SOURCE)["Versions"]}
    assert made == listed
    assert len(made) == 96


def test_readers_see_nothing_of_how_the_upload_was_protected(client: Any) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="site", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="site", Key="page", Body=b"page", ChecksumAlgorithm="CRC32")

    for answer in (s3.get_object(Bucket="site", Key="page"), s3.head_object(Bucket="site", Key="page")):
        assert not [name for name in answer["ResponseMetadata"]["HTTPHeaders"] if "sdk-checksum" in name]
