"""Bucket policies, the public access block, and who may read without a signature."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_cloud.call import Asker
from local_cloud.errors import AwsError
from local_cloud.front.wsgi import read_request
from local_cloud.services.s3.policies import check_policy
from tests.kits.s3 import ACCOUNT, KIT, SOURCE, Kit, make_bucket, make_environ, make_role, refused

OBJECTS = f"arn:aws:s3:::{SOURCE}/*"
IDENTITY = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1A2B3C4D5E6F7"
DISTRIBUTION = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"
HOST = f"{SOURCE}.s3.eu-west-1.amazonaws.com"


@pytest.fixture
def kit() -> Kit:
    """A bucket with a page in it."""
    make_bucket(KIT.ireland, SOURCE, versioned=True)
    KIT.ireland.put_object(Bucket=SOURCE, Key="index.html", Body=b"page")
    return KIT


def statement(**changes: Any) -> dict[str, Any]:
    """Everybody may read objects, with changes; a None takes a member away."""
    members = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECTS, **changes}
    return {name: value for name, value in members.items() if value is not None}


def put_policy(kit: Kit, *statements: dict[str, Any]) -> None:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    kit.ireland.put_bucket_policy(Bucket=SOURCE, Policy=json.dumps(document))


def policy_refused(kit: Kit, *statements: dict[str, Any]) -> tuple[str, int, str]:
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return refused(kit.ireland.put_bucket_policy, Bucket=SOURCE, Policy=document)


def let_the_public_in(kit: Kit) -> None:
    """Take the public access block away."""
    kit.ireland.delete_public_access_block(Bucket=SOURCE)


def allow_identity(kit: Kit, *, to_list: bool = False) -> None:
    """What the workshop puts on both buckets."""
    reading = statement(Principal={"AWS": IDENTITY})
    listing = statement(Principal={"AWS": IDENTITY}, Action="s3:ListBucket", Resource=f"arn:aws:s3:::{SOURCE}")
    put_policy(kit, reading, *([listing] if to_list else []))


@pytest.mark.parametrize("text", ["{nope", "[]", ' {"Statement": []}', ""])
def test_what_is_no_json_object_is_no_policy(kit: Kit, text: str) -> None:
    answer = refused(kit.ireland.put_bucket_policy, Bucket=SOURCE, Policy=text)
    assert answer == ("MalformedPolicy", 400, "Policies must be valid JSON and the first byte must be '{'")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Action": "s3:GetObjct"}, "Policy has invalid action"),
        ({"Action": "ec2:RunInstances"}, "Policy has invalid action"),
        ({"Resource": "arn:aws:s3:::another/*"}, "Policy has invalid resource"),
        ({"Resource": f"arn:aws:s3:::{SOURCE}"}, "Action does not apply to any resource(s) in statement"),
        ({"Principal": {"AWS": "somebody"}}, "Invalid principal in policy"),
        ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/nobody"}}, "Invalid principal in policy"),
        ({"Principal": {"Service": "cloudfront"}}, "Invalid principal in policy"),
        ({"Principal": None}, "Missing required field Principal"),
        ({"Effect": "allow"}, "Invalid effect: allow"),
        ({"Resources": OBJECTS}, "Unknown field Resources"),
        ({"Condition": {"StringSame": {"a": "b"}}}, "Invalid Condition type : StringSame"),
    ],
)
def test_what_a_statement_says_must_exist(kit: Kit, changes: dict[str, Any], message: str) -> None:
    assert policy_refused(kit, statement(**changes)) == ("MalformedPolicy", 400, message)


def test_an_origin_access_identity_must_exist() -> None:
    document = json.dumps({"Statement": statement(Principal={"AWS": IDENTITY})}).encode()

    check_policy(document, bucket=SOURCE, is_identity=lambda identity: identity == "E1A2B3C4D5E6F7")
    with pytest.raises(AwsError, match="Invalid principal in policy"):
        check_policy(document, bucket=SOURCE, is_identity=lambda identity: False)


def test_cloudfront_says_which_origin_access_identities_exist(client: Any) -> None:
    put = client("s3", "eu-west-1").put_bucket_policy
    make_bucket(client("s3", "eu-west-1"), SOURCE)
    config = {"CallerReference": "one", "Comment": "site"}
    made = client("cloudfront", "us-east-1").create_cloud_front_origin_access_identity(
        CloudFrontOriginAccessIdentityConfig=config
    )
    known = made["CloudFrontOriginAccessIdentity"]["Id"]
    policies = [
        json.dumps({"Statement": statement(Principal={"AWS": IDENTITY.replace("E1A2B3C4D5E6F7", identity)})})
        for identity in (known, "E0")
    ]

    put(Bucket=SOURCE, Policy=policies[0])
    assert refused(put, Bucket=SOURCE, Policy=policies[1])[0] == "MalformedPolicy"


def test_a_role_of_the_account_can_be_named_once_it_exists(kit: Kit) -> None:
    put_policy(kit, statement(Principal={"AWS": make_role(kit.iam)}))

    assert "replication" in kit.ireland.get_bucket_policy(Bucket=SOURCE)["Policy"]


def test_a_policy_comes_back_as_it_was_written(kit: Kit) -> None:
    text = json.dumps({"Statement": statement(Principal={"AWS": IDENTITY})}, indent=3)
    kit.ireland.put_bucket_policy(Bucket=SOURCE, Policy=text)

    assert kit.ireland.get_bucket_policy(Bucket=SOURCE)["Policy"] == text


def test_block_public_policy_keeps_public_policies_out(kit: Kit) -> None:
    code, status, message = policy_refused(kit, statement())

    assert (code, status) == ("AccessDenied", 403)
    assert "BlockPublicPolicy setting in S3 Block Public Access" in message


def test_a_policy_for_an_origin_access_identity_is_not_public(kit: Kit) -> None:
    allow_identity(kit)

    assert kit.ireland.get_bucket_policy_status(Bucket=SOURCE)["PolicyStatus"]["IsPublic"] is False


def test_nobody_reads_a_private_object_without_a_signature(kit: Kit) -> None:
    response = kit.fetch("/index.html", host=HOST)

    assert response.status == 403
    assert b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message>" in response.body


def test_everybody_reads_what_a_public_policy_allows(kit: Kit) -> None:
    let_the_public_in(kit)
    put_policy(kit, statement())

    response = kit.fetch("/index.html", host=HOST)
    assert (response.status, response.body) == (200, b"page")


def test_nobody_in_particular_reads_what_kms_encrypts(kit: Kit) -> None:
    let_the_public_in(kit)
    put_policy(kit, statement())
    kit.ireland.put_object(Bucket=SOURCE, Key="secret.html", Body=b"secret", ServerSideEncryption="aws:kms")

    response = kit.fetch("/secret.html", host=HOST)

    assert response.status == 400
    assert b"<Code>InvalidArgument</Code>" in response.body
    assert b"AWS KMS managed keys require AWS Signature Version 4." in response.body
    assert kit.ireland.get_object(Bucket=SOURCE, Key="secret.html")["Body"].read() == b"secret"


def test_an_origin_access_identity_does_not_read_what_a_bucket_encrypts_by_kms(kit: Kit) -> None:
    allow_identity(kit)
    by_kms = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
    kit.ireland.put_bucket_encryption(Bucket=SOURCE, ServerSideEncryptionConfiguration=by_kms)
    kit.ireland.put_object(Bucket=SOURCE, Key="secret.html", Body=b"secret")

    response = kit.fetch("/secret.html", host=HOST, principal=IDENTITY)

    assert response.status == 400
    assert b"<Code>KMS.UnrecognizedClientException</Code>" in response.body
    assert kit.fetch("/index.html", host=HOST, principal=IDENTITY).status == 200  # from before


def test_restrict_public_buckets_shuts_a_public_bucket_to_the_public(kit: Kit) -> None:
    let_the_public_in(kit)
    put_policy(kit, statement())
    block = {"RestrictPublicBuckets": True}
    kit.ireland.put_public_access_block(Bucket=SOURCE, PublicAccessBlockConfiguration=block)

    assert kit.fetch("/index.html", host=HOST).status == 403


def test_an_origin_access_identity_reads_what_the_policy_lets_it(kit: Kit) -> None:
    allow_identity(kit)

    response = kit.fetch("/index.html", host=HOST, principal=IDENTITY)
    assert (response.status, response.body) == (200, b"page")


def test_a_policy_for_an_identity_lets_nobody_else_in(kit: Kit) -> None:
    allow_identity(kit)

    assert kit.fetch("/index.html", host=HOST).status == 403
    assert kit.fetch("/index.html", host=HOST, principal=f"{IDENTITY}X").status == 403


def test_a_missing_object_is_forbidden_without_list_bucket(kit: Kit) -> None:
    allow_identity(kit)

    response = kit.fetch("/none.html", host=HOST, principal=IDENTITY)
    assert (response.status, b"AccessDenied" in response.body) == (403, True)


def test_a_missing_object_is_not_found_with_list_bucket(kit: Kit) -> None:
    allow_identity(kit, to_list=True)

    response = kit.fetch("/none.html", host=HOST, principal=IDENTITY)
    assert (response.status, b"NoSuchKey" in response.body) == (404, True)


def test_a_missing_object_is_not_found_by_the_owner(kit: Kit) -> None:
    assert refused(kit.ireland.get_object, Bucket=SOURCE, Key="none.html")[:2] == ("NoSuchKey", 404)


def test_cloudfront_reads_for_the_distribution_that_the_policy_names(kit: Kit) -> None:
    condition = {"StringEquals": {"AWS:SourceArn": DISTRIBUTION}}
    put_policy(kit, statement(Principal={"Service": "cloudfront.amazonaws.com"}, Condition=condition))
    named = Asker("cloudfront.amazonaws.com", source_arn=DISTRIBUTION)
    other = Asker("cloudfront.amazonaws.com", source_arn=f"{DISTRIBUTION}X")

    assert kit.fetch("/index.html", host=HOST, asker=named).status == 200
    assert kit.fetch("/index.html", host=HOST, asker=other).status == 403
    assert kit.fetch("/index.html", host=HOST).status == 403


def test_nobody_lists_or_writes_without_a_signature(kit: Kit) -> None:
    assert kit.fetch("/", host=HOST).status == 403
    assert kit.fetch("/new.html", host=HOST, method="PUT").status == 403
    assert kit.fetch("/?policy", host=HOST, method="DELETE").status == 403


def test_without_a_signature_each_deletion_of_several_is_decided_alone(kit: Kit) -> None:
    let_the_public_in(kit)
    put_policy(kit, statement(Action="s3:DeleteObject", Resource=f"arn:aws:s3:::{SOURCE}/index.html"))
    kit.ireland.put_object(Bucket=SOURCE, Key="kept.html", Body=b"")
    keys = "".join(f"<Object><Key>{key}</Key></Object>" for key in ("index.html", "kept.html"))
    body = f"<Delete>{keys}</Delete>".encode()
    environ = make_environ("POST", "/?delete", host=HOST, body=body)

    assert b"<Key>kept.html</Key><Code>AccessDenied</Code>" in kit.gateway.respond(read_request(environ)).body
    assert [found["Key"] for found in kit.ireland.list_objects_v2(Bucket=SOURCE)["Contents"]] == ["kept.html"]


def test_an_explicit_deny_binds_the_owner_too(kit: Kit) -> None:
    put_policy(kit, statement(Effect="Deny", Action="s3:DeleteObject"))

    code, status, message = refused(kit.ireland.delete_object, Bucket=SOURCE, Key="index.html")
    assert (code, status) == ("AccessDenied", 403)
    assert "is not authorized to perform: s3:DeleteObject" in message


def test_a_deny_with_a_condition_that_does_not_hold_binds_nobody(kit: Kit) -> None:
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    put_policy(kit, statement(Effect="Deny", Action="s3:*", Condition=insecure))

    assert kit.ireland.get_object(Bucket=SOURCE, Key="index.html")["Body"].read() == b"page"


def test_an_object_acl_lets_everybody_read_where_acls_are_on(kit: Kit) -> None:
    let_the_public_in(kit)
    owner = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    kit.ireland.put_bucket_ownership_controls(Bucket=SOURCE, OwnershipControls=owner)
    kit.ireland.put_object(Bucket=SOURCE, Key="open.html", Body=b"open", ACL="public-read")

    assert kit.fetch("/open.html", host=HOST).status == 200


def test_bucket_owner_enforced_switches_acls_off_that_were_given_before(kit: Kit) -> None:
    let_the_public_in(kit)
    for ownership in ("ObjectWriter", "BucketOwnerEnforced"):
        owner = {"Rules": [{"ObjectOwnership": ownership}]}
        kit.ireland.put_bucket_ownership_controls(Bucket=SOURCE, OwnershipControls=owner)
        if ownership == "ObjectWriter":
            kit.ireland.put_object(Bucket=SOURCE, Key="open.html", Body=b"open", ACL="public-read")

    assert kit.fetch("/open.html", host=HOST).status == 403


def test_block_public_acls_refuses_public_acls_where_acls_are_on(kit: Kit) -> None:
    owner = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    kit.ireland.put_bucket_ownership_controls(Bucket=SOURCE, OwnershipControls=owner)

    answer = refused(kit.ireland.put_object, Bucket=SOURCE, Key="open.html", Body=b"", ACL="public-read")
    assert answer[:2] == ("AccessDenied", 403)
