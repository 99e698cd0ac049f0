"""The pages of the website, and the marker that tells each region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.workshop_lib.kit import count_versions, keys
from workshop_lib import checks, replication
from workshop_lib.errors import CheckFailed, StepOutOfOrder

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from local_cloud.cloud import LocalCloud
    from workshop_lib.names import WorkshopNames


class TestWebsite:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """A small website."""
        (tmp_path / "sub").mkdir()
        for name in ("index.html", "sub/page.html", "style.css", "app.js", "logo.svg", ".DS_Store", "region.json"):
            (tmp_path / name).write_text(name)
        return tmp_path

    def test_every_file_is_uploaded_but_hidden_ones_and_region_markers(
        self, buckets: None, ireland: S3Client, names: WorkshopNames, folder: Path
    ) -> None:
        published = replication.publish_website(ireland, bucket=names.source_bucket, folder=folder)

        assert published == ["app.js", "index.html", "logo.svg", "style.css", "sub/page.html"]
        assert keys(ireland, names.source_bucket) == set(published)
        assert checks.website_published(ireland, bucket=names.source_bucket, keys=published)

    @pytest.mark.parametrize(
        ("key", "content_type"),
        [
            ("index.html", "text/html; charset=utf-8"),
            ("style.css", "text/css; charset=utf-8"),
            ("app.js", "text/javascript; charset=utf-8"),
            ("logo.svg", "image/svg+xml"),
        ],
    )
    def test_pages_have_content_types_and_may_be_cached(
        self, buckets: None, ireland: S3Client, names: WorkshopNames, folder: Path, key: str, content_type: str
    ) -> None:
        replication.publish_website(ireland, bucket=names.source_bucket, folder=folder, cache_seconds=5)

        head = ireland.head_object(Bucket=names.source_bucket, Key=key)
        assert head["ContentType"] == content_type
        assert head["CacheControl"] == "max-age=5"

    def test_publishing_again_makes_new_versions(
        self, buckets: None, ireland: S3Client, names: WorkshopNames, folder: Path
    ) -> None:
        for _ in range(2):
            published = replication.publish_website(ireland, bucket=names.source_bucket, folder=folder)

        assert count_versions(ireland, names.source_bucket) == 2 * len(published)

    def test_an_empty_folder_is_an_error(self, buckets: None, ireland: S3Client, tmp_path: Path) -> None:
        with pytest.raises(StepOutOfOrder, match="no files"):
            replication.publish_website(ireland, bucket="two-regions-ada-eu-west-1", folder=tmp_path)

    def test_publishing_needs_a_bucket(self, ireland: S3Client, folder: Path) -> None:
        with pytest.raises(StepOutOfOrder, match="create_bucket"):
            replication.publish_website(ireland, bucket="no-such-bucket", folder=folder)

    def test_the_check_names_what_is_missing(self, buckets: None, ireland: S3Client) -> None:
        with pytest.raises(CheckFailed, match=r"Not in .*: index\.html"):
            checks.website_published(ireland, bucket="two-regions-ada-eu-west-1", keys=["index.html"])


class TestMarker:
    def test_each_bucket_says_its_own_region(
        self, replicated: Any, ireland: S3Client, singapore: S3Client, cloud: LocalCloud
    ) -> None:
        cloud.settle()

        assert checks.region_marker_right(ireland, bucket=replicated.source_bucket, region="eu-west-1")
        assert checks.region_marker_right(singapore, bucket=replicated.destination_bucket, region="ap-southeast-1")

    def test_putting_the_marker_again_changes_nothing(self, replicated: Any, ireland: S3Client) -> None:
        replication.put_region_marker(ireland, bucket=replicated.source_bucket, region="eu-west-1")

        assert count_versions(ireland, replicated.source_bucket) == 1

    def test_a_marker_may_not_come_after_the_rule(self, replicated: Any, ireland: S3Client) -> None:
        ireland.delete_object(Bucket=replicated.source_bucket, Key="region.json")

        with pytest.raises(StepOutOfOrder, match="replicates already"):
            replication.put_region_marker(ireland, bucket=replicated.source_bucket, region="eu-west-1")

    def test_the_check_notices_a_replicated_marker(
        self, replicated: Any, ireland: S3Client, singapore: S3Client, cloud: LocalCloud
    ) -> None:
        ireland.put_object(Bucket=replicated.source_bucket, Key="region.json", Body=b'{"region": "eu-west-1"}')
        cloud.settle()

        with pytest.raises(CheckFailed, match="says eu-west-1, not ap-southeast-1"):
            checks.region_marker_right(singapore, bucket=replicated.destination_bucket, region="ap-southeast-1")

    def test_the_check_notices_a_missing_marker(self, buckets: None, ireland: S3Client) -> None:
        with pytest.raises(CheckFailed, match=r"no region.json.*\n.*put_region_marker"):
            checks.region_marker_right(ireland, bucket="two-regions-ada-eu-west-1", region="eu-west-1")
