"""Signatures: the caller is the one whose key signed the request, as it was sent. Everything else is refused.

botocore's own signer signs the requests. The sources of the errors are in `local_cloud/front/signature_errors.py`.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Keys

from local_cloud.call import HttpRequest, Response
from local_cloud.cloud import LocalCloud
from local_cloud.errors import AwsError
from local_cloud.front.signatures import read_signature
from local_cloud.front.verification import Verifier
from tests.kits.credentials import CREDENTIALS, OWN, SECRET, sign
from tests.local_cloud.front.plain_http import Client, code_in

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LIST_USERS = b"Action=ListUsers&Version=2010-05-08"
LAMBDA = "/2015-03-31/functions/"
LOGS = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "Logs_20140328.DescribeLogGroups"}


def send(
    cloud: LocalCloud,
    method: str,
    target: str,
    *,
    host: str = "127.0.0.1:1",
    body: bytes = b"",
    change: Mapping[str, str | None] | None = None,
    sent: bytes | None = None,
    **signing: Any,
) -> Response:
    """Send a signed request. `change` and `sent` replace headers and the body after it was signed."""
    headers = sign(method, f"http://{host}{target}", body=body, **signing)
    low = {name.lower(): value for name, value in headers.items()}
    changed = {name: value for name, value in {**low, **(change or {})}.items() if value is not None}
    path, _, query = target.partition("?")
    host = changed.pop("host", host)
    return cloud.gateway.respond(HttpRequest(method, path, query, changed, body if sent is None else sent, host))


def make_user(client: Client) -> tuple[Any, Keys]:
    """A user who may do everything, and its keys."""
    iam = client("iam")
    iam.create_user(UserName="ada")
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    iam.put_user_policy(UserName="ada", PolicyName="all", PolicyDocument=json.dumps(everything))
    made = iam.create_access_key(UserName="ada")["AccessKey"]
    return iam, Keys(made["AccessKeyId"], made["SecretAccessKey"])


def make_session(client: Client) -> Keys:
    """The keys of a session of a role that may do everything."""
    iam = client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    arn = iam.create_role(
        RoleName="guest", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    iam.put_role_policy(RoleName="guest", PolicyName="all", PolicyDocument=json.dumps(everything))
    made = client("sts").assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
    return Keys(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


SERVICES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "s3": ("GET", "/", {}),
    "iam": ("POST", "/", {"body": LIST_USERS, "headers": FORM}),
    "sts": ("POST", "/", {"body": b"Action=GetCallerIdentity&Version=2011-06-15", "headers": FORM}),
    "lambda": ("GET", LAMBDA, {}),
    "cloudfront": ("GET", "/2020-05-31/distribution", {}),
    "route53": ("GET", "/2013-04-01/hostedzone", {}),
    "logs": ("POST", "/", {"body": b"{}", "headers": LOGS}),
}
"""A request to each service: method, target, and what is signed besides."""


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("s3", "SignatureDoesNotMatch", 403),
        ("iam", "SignatureDoesNotMatch", 403),
        ("sts", "SignatureDoesNotMatch", 403),
        ("lambda", "InvalidSignatureException", 403),
        ("cloudfront", "SignatureDoesNotMatch", 403),
        ("route53", "SignatureDoesNotMatch", 403),
        ("logs", "InvalidSignatureException", 400),
    ],
)
def test_a_wrong_secret_is_refused(cloud: LocalCloud, service: str, code: str, status: int) -> None:
    method, target, more = SERVICES[service]

    assert send(cloud, method, target, service=service, **more).ok
    refused = send(cloud, method, target, service=service, keys=Keys("local", "local"), **more)
    assert (code_in(refused), refused.status) == (code, status)


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("s3", "InvalidAccessKeyId", 403),
        ("iam", "InvalidClientTokenId", 403),
        ("cloudfront", "InvalidClientTokenId", 403),
        ("lambda", "UnrecognizedClientException", 403),
        ("logs", "UnrecognizedClientException", 400),
    ],
)
def test_an_unknown_key_is_refused(cloud: LocalCloud, service: str, code: str, status: int) -> None:
    method, target, more = SERVICES[service]

    refused = send(cloud, method, target, service=service, keys=Keys("AKIAIOSFODNN7EXAMPLE", SECRET), **more)

    assert (code_in(refused), refused.status) == (code, status)


def test_no_key_without_a_name_is_known(cloud: LocalCloud) -> None:
    for name in ("", "a", "root", "LOCAL", "test", "local/../local"):
        assert not send(cloud, "GET", "/", keys=Keys(name, SECRET)).ok


def test_a_users_key_is_the_user_until_it_is_inactive_or_deleted(cloud: LocalCloud, client: Client) -> None:
    iam, keys = make_user(client)
    assert send(cloud, "GET", "/", keys=keys).ok
    assert code_in(send(cloud, "GET", "/", keys=Keys(keys.access_key, "wrong"))) == "SignatureDoesNotMatch"

    iam.update_access_key(UserName="ada", AccessKeyId=keys.access_key, Status="Inactive")
    assert code_in(send(cloud, "GET", "/", keys=keys)) == "InvalidAccessKeyId"

    iam.update_access_key(UserName="ada", AccessKeyId=keys.access_key, Status="Active")
    assert send(cloud, "GET", "/", keys=keys).ok
    iam.delete_access_key(UserName="ada", AccessKeyId=keys.access_key)
    assert code_in(send(cloud, "GET", "/", keys=keys)) == "InvalidAccessKeyId"


@pytest.mark.parametrize(
    ("token", "code"), [(None, "InvalidAccessKeyId"), ("", "InvalidAccessKeyId"), ("another", "InvalidToken")]
)
def test_a_sessions_key_needs_its_own_token(cloud: LocalCloud, client: Client, token: str, code: str) -> None:
    keys = make_session(client)

    assert send(cloud, "GET", "/", keys=keys).ok
    assert code_in(send(cloud, "GET", "/", keys=Keys(keys.access_key, keys.secret_key, token))) == code


def test_a_users_key_takes_no_token(cloud: LocalCloud, client: Client) -> None:
    session = make_session(client)

    assert code_in(send(cloud, "GET", "/", keys=Keys("local", SECRET, session.token))) == "InvalidToken"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"change": {"x-amz-acl": "public-read"}}, "AccessDenied"),
        ({"change": {"host": "twin.localhost"}}, "SignatureDoesNotMatch"),
        ({"change": {"content-type": "text/html"}}, "SignatureDoesNotMatch"),
        ({"change": {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}}, "SignatureDoesNotMatch"),
        ({"change": {"x-amz-content-sha256": None}}, "InvalidRequest"),
        ({"change": {"x-amz-content-sha256": "none"}}, "InvalidArgument"),
        ({"change": {"x-amz-date": "20260101T000000Z"}}, "AuthorizationHeaderMalformed"),
        ({"sent": b"another body"}, "XAmzContentSHA256Mismatch"),
        ({"sent": b""}, "XAmzContentSHA256Mismatch"),
    ],
    ids=str,
)
def test_what_is_changed_after_signing_is_refused(
    cloud: LocalCloud, bucket: str, changed: dict[str, Any], code: str
) -> None:
    headers = {"Content-Type": "text/plain"}

    assert code_in(send(cloud, "PUT", f"/{bucket}/page", body=b"body", headers=headers, **changed)) == code
    assert send(cloud, "PUT", f"/{bucket}/page", body=b"body", headers=headers).ok


@pytest.mark.parametrize("part", ["method", "path", "query"])
def test_a_signature_holds_for_its_own_request_alone(cloud: LocalCloud, bucket: str, part: str) -> None:
    headers = {name.lower(): value for name, value in sign("GET", f"http://127.0.0.1:1/{bucket}?acl").items()}
    request = HttpRequest("GET", f"/{bucket}", "acl", headers, b"", "127.0.0.1:1")
    changed = {"method": "DELETE", "path": "/other", "query": "policy"}

    assert cloud.gateway.respond(request).ok
    assert code_in(cloud.gateway.respond(request._replace(**{part: changed[part]}))) == "SignatureDoesNotMatch"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "target",
    [
        "/site?list-type=2&prefix=a%20b&delimiter=%2F",
        "/site?prefix=b&list-type=2&delimiter=%2f&max-keys=1",
        "/site?list-type=2&prefix=",
        "/site?list-type=2&prefix",
        "/site?prefix=%C3%A9&list-type=2",
        "/site?prefix=%2B&list-type=2",
        "/site?list-type=2&a=2&a=1",
        "/site?list-type=2&B=1&a=1",
        "/site?list-type=2&&",
    ],
)
def test_a_query_may_be_written_in_any_order_and_encoding(cloud: LocalCloud, bucket: str, target: str) -> None:
    name, _, query = target.partition("?")
    canonical = "&".join(sorted((part if "=" in part else f"{part}=") for part in query.split("&") if part))

    path = f"{name}?{canonical.replace('%2f', '%2F')}"
    headers = {key.lower(): value for key, value in sign("GET", f"http://127.0.0.1:1{path}").items()}

    assert cloud.gateway.respond(HttpRequest("GET", name, query, headers, b"", "127.0.0.1:1")).ok


@pytest.mark.parametrize("key", ["a%20b", "a%2Fb", "a%252Fb", "a//b", "a/./b", "a/../b", "%C3%A9", "a+b", "(1)", "~"])
def test_s3_takes_a_key_as_it_was_sent(cloud: LocalCloud, bucket: str, key: str) -> None:
    assert send(cloud, "PUT", f"/{bucket}/{key}", body=b"x", sent=None).ok


@pytest.mark.parametrize(
    "path", [LAMBDA, "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aa"]
)
def test_other_services_encode_a_path_twice(cloud: LocalCloud, path: str) -> None:
    assert send(cloud, "GET", path, service="lambda").status in (200, 404)


@pytest.mark.parametrize(
    "host", ["127.0.0.1:4566", "localhost", "site.localhost:4566", "site.s3.eu-west-1.amazonaws.com"]
)
def test_the_host_is_signed_with_its_port(cloud: LocalCloud, bucket: str, host: str) -> None:
    assert send(cloud, "GET", "/?list-type=2" if host.startswith("site") else "/", host=host).ok
    assert not send(cloud, "GET", "/", host=host, change={"host": f"{host.partition(':')[0]}:9"}).ok


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Amz-Meta-A": "  two   spaces  "},
        {"X-Amz-Meta-A": "", "X-Amz-Meta-B": "b"},
        {"X-Amz-Meta-Z": "1", "X-Amz-Meta-A": "2", "Content-Type": "text/plain; charset=utf-8"},
        {"X-Amz-Meta-A": "one, two"},
        {"Cache-Control": "max-age=1, no-cache"},
    ],
    ids=str,
)
def test_headers_may_have_any_order_and_space(cloud: LocalCloud, bucket: str, headers: dict[str, str]) -> None:
    assert send(cloud, "PUT", f"/{bucket}/page", headers=headers).ok


def test_headers_of_one_name_are_signed_together(cloud: LocalCloud, bucket: str) -> None:
    twice = {"X-Amz-Meta-A": "one,two"}

    # A server joins them with a space after the comma.
    assert send(cloud, "PUT", f"/{bucket}/page", headers=twice, change={"x-amz-meta-a": "one, two"}).ok


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/s3/aws4_request", "AuthorizationHeaderMalformed"),
        ("AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=0", "AuthorizationHeaderMalformed"),
        ("AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/s3/aws5, SignedHeaders=host, Signature=0",
         "AuthorizationHeaderMalformed"),
        ("AWS4-HMAC-SHA256", "AuthorizationHeaderMalformed"),
        ("AWS4-ECDSA-P256-SHA256 Credential=local/20260101/s3/aws4_request", "InvalidArgument"),
        ("Basic bG9jYWw6bG9jYWw=", "InvalidArgument"),
        ("Bearer local", "InvalidArgument"),
        ("AWS local", "InvalidArgument"),
        ("AWS local:0", "AccessDenied"),
    ],
)  # fmt: skip
def test_a_header_that_is_no_signature_is_malformed(cloud: LocalCloud, header: str, code: str) -> None:
    assert code_in(cloud.gateway.respond(HttpRequest("GET", "/", headers={"authorization": header}))) == code


@pytest.mark.parametrize(
    ("host", "path", "code", "status"),
    [
        ("iam.amazonaws.com", "/", "IncompleteSignature", 400),
        ("lambda.eu-west-1.amazonaws.com", LAMBDA, "IncompleteSignatureException", 403),
    ],
)
def test_an_incomplete_signature_is_refused_in_the_services_own_form(
    cloud: LocalCloud, host: str, path: str, code: str, status: int
) -> None:
    header = {"authorization": "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/iam/aws4_request"}
    refused = cloud.gateway.respond(HttpRequest("GET", path, headers=header, host=host))

    assert (code_in(refused), refused.status) == (code, status)
    assert b"requires 'Signature' parameter" in refused.body


@pytest.mark.parametrize(
    ("service", "host", "code"),
    [
        ("s3", "iam.amazonaws.com", "SignatureDoesNotMatch"),
        ("iam", "s3.eu-west-1.amazonaws.com", "AuthorizationHeaderMalformed"),
    ],
)
def test_a_signature_for_one_service_is_refused_at_the_host_of_another(
    cloud: LocalCloud, service: str, host: str, code: str
) -> None:
    assert code_in(send(cloud, "GET", "/", host=host, service=service)) == code or service == "iam"
    assert not send(cloud, "GET", "/", host=host, service=service).ok


@pytest.mark.parametrize(
    ("service", "path", "minutes", "code"),
    [
        ("s3", "/", -16, "RequestTimeTooSkewed"),
        ("s3", "/", 16, "RequestTimeTooSkewed"),
        ("s3", "/", -14, None),
        ("s3", "/", 14, None),
        ("iam", "/", -16, "SignatureDoesNotMatch"),
        ("lambda", LAMBDA, 16, "InvalidSignatureException"),
    ],
)
def test_a_request_is_at_most_fifteen_minutes_old(service: str, path: str, minutes: int, code: str | None) -> None:
    verifier = Verifier(
        CREDENTIALS, now=lambda: datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=minutes)
    )
    headers = {key.lower(): value for key, value in sign("GET", f"http://127.0.0.1{path}", service=service).items()}
    request = HttpRequest("GET", path, headers=headers, host="127.0.0.1")
    signature = read_signature(request)
    assert signature

    if code is None:
        assert verifier.verify(request, signature, service).principal.endswith(":user/learner")
        return
    with pytest.raises(AwsError) as caught:
        verifier.verify(request, signature, service)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "code"),
    [
        ("POST", "/", FORM, LIST_USERS, "MissingAuthenticationToken"),
        ("GET", "/?Action=ListUsers&Version=2010-05-08", {}, b"", "MissingAuthenticationToken"),
        ("GET", LAMBDA, {}, b"", "MissingAuthenticationTokenException"),
        ("POST", "/2015-03-31/functions/a/invocations", {}, b"{}", "MissingAuthenticationTokenException"),
        ("GET", "/2020-05-31/distribution", {}, b"", "MissingAuthenticationToken"),
        ("POST", "/2013-04-01/hostedzone", {}, b"", "MissingAuthenticationToken"),
        ("GET", "/v20180820/jobs", {}, b"", "MissingAuthenticationToken"),
        ("POST", "/", LOGS, b"{}", "MissingAuthenticationTokenException"),
    ],
)
def test_without_a_signature_only_s3_answers(
    cloud: LocalCloud, method: str, path: str, headers: dict[str, str], body: bytes, code: str
) -> None:
    path, _, query = path.partition("?")
    low = {name.lower(): value for name, value in headers.items()}

    assert code_in(cloud.gateway.respond(HttpRequest(method, path, query, low, body))) == code


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_without_a_signature_a_private_bucket_is_closed(cloud: LocalCloud, bucket: str, method: str) -> None:
    assert code_in(cloud.gateway.respond(HttpRequest(method, f"/{bucket}/page"))) == "AccessDenied"


def presign(url: str, service: str, *, keys: Keys = OWN, seconds: int = 60) -> str:
    """A presigned URL of a service other than S3."""
    request = AWSRequest("GET", url)
    SigV4QueryAuth(keys, service, "us-east-1", expires=seconds).add_auth(request)
    return str(request.url)


@pytest.mark.parametrize(
    ("service", "query", "answer"),
    [
        ("sts", "Action=GetCallerIdentity&Version=2011-06-15", b"GetCallerIdentityResult"),
        ("iam", "Action=ListUsers&Version=2010-05-08", b"ListUsersResult"),
    ],
)
@pytest.mark.parametrize("host", ["127.0.0.1:1", "{}.amazonaws.com"])
def test_a_presigned_request_is_answered_by_the_service_it_is_for(
    cloud: LocalCloud, service: str, query: str, answer: bytes, host: str
) -> None:
    url = urlsplit(presign(f"http://{host.format(service)}/?{query}", service))
    request = HttpRequest("GET", url.path, url.query, {}, b"", url.netloc)

    response = cloud.gateway.respond(request)
    assert (response.status, answer in response.body) == (200, True)
    tampered = cloud.gateway.respond(request._replace(query=url.query.replace("Action=", "Action=X")))
    assert code_in(tampered) == "SignatureDoesNotMatch"


def test_a_presigned_identity_is_that_of_the_session(cloud: LocalCloud, client: Client) -> None:
    keys = make_session(client)
    address = f"{cloud.environment['AWS_ENDPOINT_URL']}/?Action=GetCallerIdentity&Version=2011-06-15"

    assert "assumed-role/guest/me" in requests.get(presign(address, "sts", keys=keys), timeout=5).text


@pytest.mark.parametrize("in_body", [True, False])
@pytest.mark.parametrize(("service", "version"), [("iam", "2010-05-08"), ("sts", "2011-06-15")])
def test_a_form_with_an_old_signature_is_not_answered_by_s3(
    cloud: LocalCloud, in_body: bool, service: str, version: str
) -> None:
    form = f"Action=ListUsers&Version={version}&AWSAccessKeyId=local&Signature=x&SignatureVersion=2&Expires=4102444800"
    request = HttpRequest("POST", "/", "", FORM, form.encode()) if in_body else HttpRequest("GET", "/", form)

    response = cloud.gateway.respond(request)

    assert (response.status, b"ErrorResponse" in response.body) == (501, True)
    assert f"Signature Version 2 of {service}".encode() in response.body


def test_a_form_that_was_signed_as_a_query_is_iams(cloud: LocalCloud) -> None:
    """botocore moves the form of a POST to the query when it signs there."""
    form = {"Action": "ListUsers", "Version": "2010-05-08"}
    request = AWSRequest("POST", "http://127.0.0.1:1/", data=form, headers=FORM)
    SigV4QueryAuth(OWN, "iam", "us-east-1").add_auth(request)
    url = urlsplit(str(request.url))
    headers = {name.lower(): value for name, value in request.headers.items()}

    response = cloud.gateway.respond(HttpRequest("POST", "/", url.query, headers, b"", "127.0.0.1:1"))

    assert (response.status, b"ListUsersResult" in response.body) == (200, True)


def test_a_signature_may_be_any_text(cloud: LocalCloud) -> None:
    headers = {name.lower(): value for name, value in sign("GET", "http://127.0.0.1:1/").items()}
    headers["authorization"] = headers["authorization"].rpartition("=")[0] + "=\xe9"

    response = cloud.gateway.respond(HttpRequest("GET", "/", headers=headers, host="127.0.0.1:1"))

    assert code_in(response) == "SignatureDoesNotMatch"


def test_two_signatures_are_one_too_many(cloud: LocalCloud) -> None:
    url = urlsplit(presign("http://127.0.0.1:1/", "s3"))
    headers = {name.lower(): value for name, value in sign("GET", "http://127.0.0.1:1/").items()}

    response = cloud.gateway.respond(HttpRequest("GET", "/", url.query, headers, b"", "127.0.0.1:1"))

    assert code_in(response) == "InvalidArgument"


def test_an_engine_that_names_its_caller_ignores_a_viewers_signature(
    cloud: LocalCloud, client: Callable[..., Any], bucket: str
) -> None:
    from local_cloud.call import Asker

    client("s3").put_object(Bucket=bucket, Key="page", Body=b"1")
    headers = {"authorization": "AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/s3/aws4_request"}
    identity = Asker("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1")

    answer = cloud.gateway.respond(HttpRequest("GET", f"/{bucket}/page", headers=headers), identity)

    assert code_in(answer) == "AccessDenied"
