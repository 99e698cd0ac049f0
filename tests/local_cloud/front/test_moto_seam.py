"""What we use of moto's insides. When a new moto moves one of these, the test's name says which."""

from __future__ import annotations

import importlib.metadata
import io
import re
import time
from typing import Any

import moto.core.utils
import moto.s3.responses
import pytest
from moto.backends import get_backend
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY, Request, determine_request_protocol
from moto.core.responses import BaseResponse
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import create_backend_app
from moto.s3.responses import S3Response
from werkzeug.exceptions import NotFound

from local_cloud.services.s3.operations import OPERATIONS as S3_OPERATIONS

SERVICES = ("s3", "s3control", "iam", "lambda", "cloudfront", "route53", "logs", "sts")


def environ_of(method: str, path: str, query: str = "", body: bytes = b"", **more: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "RAW_URI": f"{path}?{query}" if query else path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "s3.eu-west-1.amazonaws.com",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        **more,
    }


def test_the_version_is_the_one_that_was_looked_into() -> None:
    assert importlib.metadata.version("moto") == "5.2.5"


def test_models_are_loaded_by_one_loader() -> None:
    before = moto.core.utils.create_loader.cache_info()
    moto.core.utils._load_service_model("s3", "paginators-1")
    after = moto.core.utils.create_loader.cache_info()

    assert (after.hits + after.misses, after.currsize) == (before.hits + before.misses + 1, 1)


@pytest.mark.parametrize("service", SERVICES)
def test_moto_has_a_model_a_router_a_parser_and_a_serializer_of_the_service(service: str) -> None:
    model = get_service_model(service)
    protocol = determine_request_protocol(model)

    assert get_service_router(service).match
    assert protocol in PROTOCOL_PARSERS
    assert get_serializer_class(service, protocol)


@pytest.mark.parametrize(
    ("service", "method", "path", "query", "operation"),
    [
        ("s3", "PUT", "/site", "versioning", "PutBucketVersioning"),
        ("s3", "PUT", "/site", "metrics&id=1", "PutBucketMetricsConfiguration"),
        ("s3", "PUT", "/site/dir/page", "", "PutObject"),
        ("s3", "HEAD", "/site/page", "", "HeadObject"),
        ("lambda", "POST", "/2015-03-31/functions", "", "CreateFunction"),
        ("cloudfront", "GET", "/2020-05-31/cache-policy", "", "ListCachePolicies"),
        ("route53", "POST", "/2013-04-01/hostedzone/Z1/rrset", "", "ChangeResourceRecordSets"),
        ("s3control", "GET", "/v20180820/jobs/1", "", "DescribeJob"),
    ],
)
def test_the_router_finds_an_operation_whether_moto_does_it_or_not(
    service: str, method: str, path: str, query: str, operation: str
) -> None:
    environ = environ_of(method, path, query, HTTP_X_AMZ_ACCOUNT_ID="123456789012")

    model, _ = get_service_router(service).match(Request(environ))

    assert model.name == operation


def test_the_router_raises_not_found() -> None:
    with pytest.raises(NotFound):
        get_service_router("s3").match(Request(environ_of("PATCH", "/site/page")))


def test_the_parser_reads_xml_into_words_of_botocore() -> None:
    body = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    request = Request(environ_of("PUT", "/site", "versioning", body))
    model, url_parameters = get_service_router("s3").match(request)

    parameters = PROTOCOL_PARSERS["rest-xml"](model, map_type=dict).parse(
        {
            "body": body,
            "headers": request.headers,
            "method": "PUT",
            "url_params": url_parameters,
            "url_path": "/site",
            "values": request.args.copy(),
        }
    )

    assert parameters == {"Bucket": "site", "VersioningConfiguration": {"Status": "Enabled"}}


def test_the_serializer_writes_what_boto3_reads() -> None:
    model = get_service_model("s3").operation_model("GetBucketVersioning")

    done = get_serializer_class("s3", "rest-xml")(operation_model=model).serialize({"Status": "Enabled"})

    assert done["status_code"] == 200
    assert "<Status>Enabled</Status>" in str(done["body"])


def test_s3_is_asked_through_its_dispatchers() -> None:
    request = Request(environ_of("PUT", "/site", HTTP_AUTHORIZATION="AWS4-HMAC-SHA256 "))

    status, _, _ = S3Response.ambiguous_dispatch(request, request.raw_url, dict(request.headers))

    assert status == 400  # another region than us-east-1 wants a location constraint
    assert S3Response.key_dispatch
    assert S3Response.bucket_dispatch


def test_names_of_metadata_are_taken_as_they_were_told() -> None:
    environ = environ_of("PUT", "/site/page", HTTP_X_AMZ_META_MY_KEY="1")
    environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = {"HTTP_X_AMZ_META_MY_KEY": "x-amz-meta-my_key"}

    assert dict(Request(environ).headers)["x-amz-meta-my_key"] == "1"


def test_what_we_say_moto_does_of_s3_are_operations_of_s3() -> None:
    assert set(get_service_model("s3").operation_names) >= S3_OPERATIONS


def test_moto_still_takes_a_bucket_resource_that_it_does_not_know_for_the_bucket() -> None:
    # When this fails, moto refuses by itself, and S3_OPERATIONS has become needless.
    assert "metrics" not in moto.s3.responses.ACTION_MAP["BUCKET"]["PUT"]


@pytest.mark.parametrize("service", ["iam", "sts", "lambda", "logs"])
def test_moto_makes_the_application_of_a_service_by_its_name(service: Any) -> None:
    assert vars(create_backend_app(service))["service"] == service


def test_reset_forgets_all_backends() -> None:
    get_backend("s3")["123456789012"]["aws"].create_bucket("site", "eu-west-1")

    moto_api_backend.reset()

    assert get_backend("s3")["123456789012"]["aws"].buckets == {}


@pytest.mark.parametrize(
    ("service", "region"), [("s3", "aws"), ("iam", "aws"), ("lambda", "us-east-1"), ("logs", "eu-west-1")]
)
def test_backends_are_kept_by_account_and_partition_or_region(service: Any, region: str) -> None:
    assert get_backend(service)["123456789012"][region] is not None


def test_logs_take_groups_streams_and_events() -> None:
    logs = get_backend("logs")["123456789012"]["eu-west-1"]

    logs.create_log_group("/aws/lambda/site", {})
    logs.create_log_stream("/aws/lambda/site", "1")
    logs.put_log_events("/aws/lambda/site", "1", [{"timestamp": int(time.time() * 1000), "message": "hello"}])

    assert [event.message for event in logs.groups["/aws/lambda/site"].streams["1"].events] == ["hello"]


def test_moto_makes_request_ids_with_our_function() -> None:
    headers: dict[str, str] = {}

    BaseResponse._enrich_response(headers, "")

    assert re.fullmatch("[0-9A-F]{52}", headers["x-amzn-requestid"])
