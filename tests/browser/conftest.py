"""A browser, a JupyterLab, and a website that was brought to the edge as the notebooks do it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.lab import open_jupyterlab, serve_notebooks
from workshop_lib import boundaries, distribution, dns_records, lambda_edge, packaging, replication, waiting
from workshop_lib.cloud import Cloud
from workshop_lib.cloud_process import own_cloud
from workshop_lib.names import suggest_names, write_names

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome", "chrome") if (found := shutil.which(name))),
    None,
)
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker of the tests that are skipped where there is no browser."""
    config.addinivalue_line("markers", "browser: needs Chromium or Chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, without a window."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'"
    )
    if CHROMIUM is None:
        pytest.skip("no Chromium or Chrome on PATH; install one to test JupyterLab and the website in a browser")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=SWITCHES)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def environment(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Variables of a local cloud that no other test empties; without a browser it isn't even started."""
    with own_cloud(tmp_path_factory.mktemp("cloud"), {}) as environment:
        yield environment


@pytest.fixture(scope="module")
def website(environment: dict[str, str]) -> SimpleNamespace:
    """The website in two regions behind a distribution, all DNS answers naming the source: what 01 to 03 build."""
    names, client = suggest_names("browser"), Cloud(environment)
    write_names(names, Path(environment["WORKSHOP_NAMES"]))
    _replicate(client, names)
    boundary_arn = boundaries.create_permissions_boundary(client, names)
    marked = {"boundary_arn": boundary_arn, "learner": names.learner}
    role = lambda_edge.create_edge_role(client.iam, role_name=names.edge_role_name, **marked)
    package = packaging.package_edge_function()
    function = {"function_name": names.function_name, "package": package}
    lambda_edge.create_edge_function(client.lambda_, role_arn=role, **function, learner=names.learner)
    version_arn = lambda_edge.publish_version(client.lambda_, **function)
    waiting.wait_until_function_active(client.lambda_, version_arn=version_arn)
    identity = distribution.create_origin_access_identity(
        client.cloudfront, comment=names.distribution_comment, learner=names.learner
    )["id"]
    for origin in (names.source_origin, names.destination_origin):
        distribution.put_bucket_policy(
            client.s3(origin.region), bucket=origin.bucket, origin_access_identity_id=identity
        )
    zone_id = dns_records.create_hosted_zone(client.route53, zone_name=names.zone_name, learner=names.learner)
    record = {"zone_id": zone_id, "record_name": names.record_name, "ttl": 0}
    dns_records.put_txt_record(client.route53, origin=names.source_origin, **record)
    site = distribution.create_distribution(
        client.cloudfront,
        comment=names.distribution_comment,
        origin=names.source_origin,
        origin_access_identity_id=identity,
        dns_origin=names.record_name,
        version_arn=version_arn,
        name_servers=dns_records.get_name_servers(client.route53, zone_id=zone_id),
        learner=names.learner,
    )
    waiting.wait_until_deployed(client.cloudfront, distribution_id=site["id"])
    waiting.wait_until_replicated(client.s3(names.source_region), bucket=names.source_bucket, key="index.html")
    return SimpleNamespace(cloud=client, names=names, record=record, id=site["id"], domain_name=site["domain_name"])


def _replicate(cloud: Cloud, names: Any) -> None:
    """What notebook 01 builds, without its surprises."""
    for origin in (names.source_origin, names.destination_origin):
        s3 = cloud.s3(origin.region)
        replication.create_bucket(s3, bucket=origin.bucket, region=origin.region, learner=names.learner)
        replication.enable_versioning(s3, bucket=origin.bucket)
        replication.put_region_marker(s3, bucket=origin.bucket, region=origin.region)
    buckets = {"source_bucket": names.source_bucket, "destination_bucket": names.destination_bucket}
    role = {"role_name": names.replication_role_name}
    boundary_arn = boundaries.create_permissions_boundary(cloud, names)
    role_arn = replication.create_replication_role(cloud.iam, **role, boundary_arn=boundary_arn, learner=names.learner)
    replication.put_replication_policy(cloud.iam, **role, **buckets)
    source = cloud.s3(names.source_region)
    replication.put_replication(source, role_arn=role_arn, **buckets)
    replication.publish_website(source, bucket=names.source_bucket, folder=ROOT / "notebooks" / "website")


@pytest.fixture(scope="module")
def lab(browser: Any, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A page that shows JupyterLab, whose notebooks use this module's local cloud."""
    variables = environment | {"PYTHONPATH": str(ROOT)}
    with serve_notebooks(tmp_path_factory.mktemp("lab"), ROOT / "notebooks", variables) as address:
        page = _open_page(browser)
        open_jupyterlab(page, address)
        yield page
        page.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """An empty page."""
    page = _open_page(browser)
    yield page
    page.close()


def _open_page(browser: Any) -> Any:
    """A page which remembers what it asks of other machines, and the errors on its console."""
    page = browser.new_page(viewport={"width": 1180, "height": 2400})
    page.strangers, page.complaints = [], []
    page.on("request", lambda request: _is_on_this_machine(request.url) or page.strangers.append(request.url))
    page.on("console", lambda message: message.type != "error" or page.complaints.append(message.text))
    return page


def _is_on_this_machine(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in ("http", "https", "ws") or f".{parts.hostname}".endswith((".127.0.0.1", ".localhost"))
