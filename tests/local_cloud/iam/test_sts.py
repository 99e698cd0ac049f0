"""STS: how long a session's credentials are good for, and requests that nobody has signed."""

from __future__ import annotations

import json
import threading
import time

import pytest
from botocore.credentials import Credentials as Keys

from local_cloud.access.authorizer import Authorizer
from local_cloud.call import Response
from local_cloud.front.gateway import Gateway
from local_cloud.front.wsgi import read_request
from local_cloud.services import Service
from local_cloud.services.iam import IamService, StsService
from tests.kits.credentials import CREDENTIALS, OWN, sign
from tests.kits.s3 import KIT, make_environ, refused

WHO_AM_I = b"Action=GetCallerIdentity&Version=2011-06-15"


def make_keys(seconds: int) -> Keys:
    """The credentials of a session that ends in some seconds."""
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    arn = KIT.iam.create_role(RoleName="guest", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    assume = KIT.client("sts").assume_role
    made = assume(RoleArn=arn, RoleSessionName="me", DurationSeconds=seconds)["Credentials"]
    return Keys(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


def ask(service: str, path: str, body: bytes = b"", *, later: int = 0, keys: Keys | None = None) -> Response:
    """What is answered some seconds later, to a request that is signed with a key, or isn't."""
    gateway = Gateway(
        {"iam": IamService(), "sts": StsService(), "s3": Service(), "lambda": Service()},
        lock=threading.RLock(),
        control=lambda *_: Response(404),
        log=lambda *_: None,
        credentials=CREDENTIALS,
        authorizer=Authorizer(now=lambda: time.time() + later),
    )
    environ = make_environ("POST" if body else "GET", path, host="127.0.0.1", body=body)
    if body:
        environ["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
    if keys:
        sent = sign(environ["REQUEST_METHOD"], f"http://127.0.0.1{path}", service=service, body=body, keys=keys)
        environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in sent.items()}
    return gateway.respond(read_request(environ))


@pytest.mark.parametrize(
    ("service", "path", "body", "status", "said"),
    [
        ("sts", "/", WHO_AM_I, 403, b"<Code>ExpiredToken</Code>"),
        ("iam", "/", b"Action=ListRoles&Version=2010-05-08", 403, b"The security token included in the request is exp"),
        ("s3", "/", b"", 400, b"<Message>The provided token has expired.</Message>"),
        ("lambda", "/2015-03-31/functions", b"", 403, b'"ExpiredTokenException"'),
    ],
)
def test_credentials_of_a_session_expire(service: str, path: str, body: bytes, status: int, said: bytes) -> None:
    keys = make_keys(900)

    answer = ask(service, path, body, keys=keys, later=901)

    assert answer.status == status
    assert said in answer.body


def test_credentials_of_a_session_are_good_until_then() -> None:
    keys = make_keys(900)

    answer = ask("sts", "/", WHO_AM_I, keys=keys, later=890)

    assert answer.status == 200
    assert b"assumed-role/guest/me" in answer.body


def test_other_keys_do_not_expire() -> None:
    assert ask("sts", "/", WHO_AM_I, keys=OWN, later=10**9).status == 200


@pytest.mark.parametrize("operation", ["AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"])
@pytest.mark.parametrize("in_query", [False, True])
def test_sts_names_what_needs_no_signature_and_is_not_done(operation: str, in_query: bool) -> None:
    query = f"Action={operation}&Version=2011-06-15&RoleArn=arn:aws:iam::123456789012:role/guest&RoleSessionName=me"
    query += "&WebIdentityToken=token&PrincipalArn=arn:aws:iam::123456789012:saml-provider/p&SAMLAssertion=assertion"

    answer = ask("sts", f"/?{query}") if in_query else ask("sts", "/", query.encode())

    assert answer.status == 501
    assert f"The local cloud doesn't implement {operation} of sts.".encode() in answer.body


def test_a_condition_on_the_external_id_is_held() -> None:
    condition = {"StringEquals": {"sts:ExternalId": "agreed"}}
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": condition}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    arn = KIT.iam.create_role(RoleName="agreed", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    assume = KIT.client("sts").assume_role

    assert refused(assume, RoleArn=arn, RoleSessionName="me", ExternalId="another")[0] == "AccessDenied"
    assert assume(RoleArn=arn, RoleSessionName="me", ExternalId="agreed")["Credentials"]
