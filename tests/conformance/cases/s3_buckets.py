"""S3 buckets: names, regions, defaults, tags, websites, ACLs and lifecycle rules."""

from __future__ import annotations

from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from tests.conformance.case import GAP, SAME, Account, captured, case, documented, unverified

SERVICE = "s3"

RECORDED = captured("LocalStack's test_s3 snapshots")
RECALLED = unverified("believed to be among LocalStack's recordings of AWS, but not looked up there")
ERRORS = documented("S3 API Reference, Error responses")

NAMING = documented("S3 User Guide, General purpose bucket naming rules")
TAGS = documented("S3 User Guide, Using cost allocation S3 bucket tags")
DELETE_ENCRYPTION = documented("S3 API Reference, DeleteBucketEncryption")
OWNERSHIP = documented("S3 User Guide, Controlling ownership of objects, Prerequisites for disabling ACLs")
QUOTED = captured("quoted by users of AWS, and in MinIO and Ceph")
BLOCK = documented("S3 User Guide, Blocking public access, BlockPublicAcls")
BORN_PUBLIC = captured("quoted by users of AWS since April 2023")
ENFORCED = "BucketOwnerEnforced"
CREATE = documented("S3 API Reference, CreateBucket")


def place(region: str) -> dict[str, Any]:
    """CreateBucket's parameter for a region."""
    return {"CreateBucketConfiguration": {"LocationConstraint": region}}


def tags(*pairs: tuple[str, str]) -> dict[str, Any]:
    """A tag set."""
    return {"TagSet": [{"Key": key, "Value": value} for key, value in pairs]}


@case("CreateBucket rejects a name with capital letters (InvalidBucketName)", known_from=RECORDED, moto=GAP)
def capital_letters(aws: Account) -> None:
    create = aws.client("s3").create_bucket
    aws.refuses("InvalidBucketName", 400, "not valid", create, Bucket="Bad-Name", **place("eu-west-1"))


@case("CreateBucket rejects a name that is an IP address (InvalidBucketName)", known_from=NAMING, moto=GAP)
def ip_address(aws: Account) -> None:
    create = aws.client("s3").create_bucket
    aws.refuses("InvalidBucketName", 400, None, create, Bucket="192.168.5.4", **place("eu-west-1"))


@case(
    "CreateBucket rejects a name that ends in -s3alias, the suffix of access point aliases (InvalidBucketName)",
    known_from=NAMING,
    moto=GAP,
)
def forbidden_end(aws: Account) -> None:
    create, name = aws.client("s3").create_bucket, f"{aws.name('b')}-s3alias"
    aws.refuses("InvalidBucketName", 400, None, create, Bucket=name, **place("eu-west-1"))


@case(
    "CreateBucket rejects a LocationConstraint that isn't a region (InvalidLocationConstraint)",
    known_from=RECORDED,
    moto=GAP,
)
def unknown_region(aws: Account) -> None:
    create = aws.client("s3", "us-east-1").create_bucket
    aws.refuses("InvalidLocationConstraint", 400, None, create, Bucket=aws.name("b"), **place("mars-north-1"))


@case(
    "CreateBucket in us-east-1 rejects the LocationConstraint us-east-1 (InvalidLocationConstraint)",
    known_from=RECORDED,
    moto=SAME,
)
def us_east_1(aws: Account) -> None:
    create = aws.client("s3", "us-east-1").create_bucket
    aws.refuses("InvalidLocationConstraint", 400, None, create, Bucket=aws.name("b"), **place("us-east-1"))


@case("CreateBucket with the LocationConstraint EU creates the bucket in eu-west-1", known_from=RECORDED, moto=GAP)
def europe(aws: Account) -> None:
    s3, name = aws.client("s3", "us-east-1"), aws.name("b")
    s3.create_bucket(Bucket=name, **place("EU"))
    aws.clean_up(aws.client("s3").delete_bucket, Bucket=name)
    assert aws.client("s3").head_bucket(Bucket=name)["BucketRegion"] == "eu-west-1"


@case(
    "Outside us-east-1, CreateBucket needs a LocationConstraint (IllegalLocationConstraintException)",
    known_from=RECORDED,
    moto=SAME,
)
def no_constraint(aws: Account) -> None:
    aws.refuses(
        "IllegalLocationConstraintException", 400, "unspecified", aws.client("s3").create_bucket, Bucket=aws.name("b")
    )


@case(
    "Outside us-east-1, the LocationConstraint must be the endpoint's region (IllegalLocationConstraintException)",
    known_from=RECORDED,
    moto=SAME,
)
def other_constraint(aws: Account) -> None:
    create = aws.client("s3").create_bucket
    aws.refuses("IllegalLocationConstraintException", 400, None, create, Bucket=aws.name("b"), **place("us-west-2"))


@case(
    "Outside us-east-1, creating your own bucket again returns BucketAlreadyOwnedByYou (409)",
    known_from=RECORDED,
    moto=SAME,
)
def created_again(aws: Account) -> None:
    name = aws.create_bucket()
    create = aws.client("s3").create_bucket
    aws.refuses("BucketAlreadyOwnedByYou", 409, None, create, Bucket=name, **place("eu-west-1"))


@case(
    "In us-east-1, creating your own bucket again succeeds, and ListBuckets lists it once", known_from=CREATE, moto=SAME
)
def created_again_in_us_east_1(aws: Account) -> None:
    name, s3 = aws.create_bucket("us-east-1"), aws.client("s3", "us-east-1")
    s3.create_bucket(Bucket=name)
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]].count(name) == 1


@case("A new bucket has all four settings of Block Public Access turned on", known_from=RECORDED, moto=GAP)
def public_access_block(aws: Account) -> None:
    found = aws.client("s3").get_public_access_block(Bucket=aws.create_bucket())
    assert list(found["PublicAccessBlockConfiguration"].values()) == [True] * 4


@case("A new bucket's object ownership is BucketOwnerEnforced", known_from=RECORDED, moto=GAP)
def ownership(aws: Account) -> None:
    found = aws.client("s3").get_bucket_ownership_controls(Bucket=aws.create_bucket())
    assert found["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


@case("A new bucket's default encryption is AES256", known_from=RECORDED, moto=GAP)
def encryption(aws: Account) -> None:
    found = aws.client("s3").get_bucket_encryption(Bucket=aws.create_bucket())
    rule = found["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


@case("HeadBucket returns 404 for a bucket that doesn't exist", known_from=ERRORS, moto=SAME)
def head_of_nothing(aws: Account) -> None:
    aws.refuses("404", 404, None, aws.client("s3").head_bucket, Bucket=aws.name("nothing"))


@case(
    "A request whose ExpectedBucketOwner is another account returns AccessDenied (403)", known_from=RECALLED, moto=GAP
)
def expected_owner(aws: Account) -> None:
    get, name = aws.client("s3").get_bucket_versioning, aws.create_bucket()
    aws.refuses("AccessDenied", 403, None, get, Bucket=name, ExpectedBucketOwner="999999999999")


@case("DeleteBucket returns BucketNotEmpty (409) while the bucket holds an object", known_from=RECORDED, moto=SAME)
def not_empty(aws: Account) -> None:
    s3, name = aws.client("s3"), aws.create_bucket()
    s3.put_object(Bucket=name, Key="a", Body=b"")
    aws.refuses("BucketNotEmpty", 409, "The bucket you tried to delete is not empty", s3.delete_bucket, Bucket=name)


@case(
    'DeleteBucket says "You must delete all versions in the bucket" if the bucket is versioned and holds an object',
    known_from=RECORDED,
    moto=GAP,
)
def versions_inside(aws: Account) -> None:
    s3, name = aws.client("s3"), aws.create_bucket(versioned=True)
    s3.put_object(Bucket=name, Key="a", Body=b"")
    hint = "You must delete all versions in the bucket."
    aws.refuses("BucketNotEmpty", 409, hint, s3.delete_bucket, Bucket=name)


@case(
    "GetBucketTagging returns NoSuchTagSet (404) if the bucket has no tags",
    known_from=captured("LocalStack's test_s3_api snapshot, test_bucket_tagging_crud"),
    moto=SAME,
)
def no_tags(aws: Account) -> None:
    aws.refuses("NoSuchTagSet", 404, None, aws.client("s3").get_bucket_tagging, Bucket=aws.create_bucket())


@case(
    "PutBucketTagging rejects two tags with the same key (InvalidTag)",
    known_from=captured("LocalStack's test_s3_api snapshot, test_tagging_validation"),
    moto=SAME,
)
def tag_twice(aws: Account) -> None:
    put = aws.client("s3").put_bucket_tagging
    aws.refuses("InvalidTag", 400, None, put, Bucket=aws.create_bucket(), Tagging=tags(("a", "1"), ("a", "2")))


@case(
    "PutBucketTagging rejects a key that begins with aws: (InvalidTag)",
    known_from=captured("LocalStack's test_s3_api snapshot, test_tagging_validation"),
    moto=SAME,
)
def system_tag(aws: Account) -> None:
    put = aws.client("s3").put_bucket_tagging
    aws.refuses("InvalidTag", 400, None, put, Bucket=aws.create_bucket(), Tagging=tags(("aws:mine", "1")))


@case(
    "PutBucketTagging rejects more than 50 tags (BadRequest)",
    known_from=TAGS,
    moto=GAP,
)
def too_many_tags(aws: Account) -> None:
    many = tags(*((f"key-{number}", "") for number in range(51)))
    aws.refuses("BadRequest", 400, None, aws.client("s3").put_bucket_tagging, Bucket=aws.create_bucket(), Tagging=many)


@case(
    "PutBucketTagging rejects a key of more than 128 characters (InvalidTag)",
    known_from=TAGS,
    moto=GAP,
)
def long_tag(aws: Account) -> None:
    put = aws.client("s3").put_bucket_tagging
    aws.refuses("InvalidTag", 400, None, put, Bucket=aws.create_bucket(), Tagging=tags(("k" * 129, "1")))


@case(
    "PutBucketWebsite rejects an index document with a slash in its suffix (InvalidArgument)",
    known_from=RECORDED,
    moto=GAP,
)
def website_suffix(aws: Account) -> None:
    website = {"IndexDocument": {"Suffix": "/index.html"}}
    put = aws.client("s3").put_bucket_website
    aws.refuses("InvalidArgument", 400, None, put, Bucket=aws.create_bucket(), WebsiteConfiguration=website)


@case(
    "PutBucketWebsite needs an index document or RedirectAllRequestsTo (InvalidArgument)", known_from=RECALLED, moto=GAP
)
def website_of_nothing(aws: Account) -> None:
    put = aws.client("s3").put_bucket_website
    aws.refuses("InvalidArgument", 400, None, put, Bucket=aws.create_bucket(), WebsiteConfiguration={})


@case(
    "PutBucketWebsite rejects an index document beside RedirectAllRequestsTo (InvalidArgument)",
    known_from=RECALLED,
    moto=GAP,
)
def website_of_both(aws: Account) -> None:
    website = {"IndexDocument": {"Suffix": "a"}, "RedirectAllRequestsTo": {"HostName": "example.com"}}
    put = aws.client("s3").put_bucket_website
    aws.refuses("InvalidArgument", 400, None, put, Bucket=aws.create_bucket(), WebsiteConfiguration=website)


@case(
    "GetBucketWebsite returns NoSuchWebsiteConfiguration (404) if the bucket has no website configuration",
    known_from=RECALLED,
    moto=SAME,
)
def no_website(aws: Account) -> None:
    get = aws.client("s3").get_bucket_website
    aws.refuses("NoSuchWebsiteConfiguration", 404, None, get, Bucket=aws.create_bucket())


@case(
    "PutBucketAcl without an ACL in headers or body returns MissingSecurityHeader (400)", known_from=RECALLED, moto=GAP
)
def acl_of_nothing(aws: Account) -> None:
    aws.refuses("MissingSecurityHeader", 400, None, aws.client("s3").put_bucket_acl, Bucket=aws.create_bucket())


@case(
    "PutBucketOwnershipControls rejects an ObjectOwnership outside the enumeration (MalformedXML)",
    known_from=documented("botocore, ObjectOwnership"),
    moto=GAP,
)
def unknown_ownership(aws: Account) -> None:
    controls = {"Rules": [{"ObjectOwnership": "Nobody"}]}
    put = aws.client("s3").put_bucket_ownership_controls
    aws.refuses("MalformedXML", 400, None, put, Bucket=aws.create_bucket(), OwnershipControls=controls)


@case(
    "After DeleteBucketEncryption, GetBucketEncryption still returns a default encryption rule",
    known_from=DELETE_ENCRYPTION,
    moto=GAP,
)
def encryption_deleted(aws: Account) -> None:
    s3, name = aws.client("s3"), aws.create_bucket()
    s3.delete_bucket_encryption(Bucket=name)
    assert s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]


def open_to_acls(aws: Account) -> str:
    """A bucket whose ACL lets everyone list it."""
    s3, bucket = aws.client("s3"), aws.create_bucket()
    s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    )
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    return bucket


@case(
    "A bucket with a public ACL can't become BucketOwnerEnforced (InvalidBucketAclWithObjectOwnership) "
    "until its ACL is private",
    known_from=OWNERSHIP,
    moto=GAP,
)
def public_acl_without_acls(aws: Account) -> None:
    put, controls = aws.client("s3").put_bucket_ownership_controls, {"Rules": [{"ObjectOwnership": ENFORCED}]}
    said = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
    code, bucket = "InvalidBucketAclWithObjectOwnership", open_to_acls(aws)
    aws.refuses(code, 400, said, put, Bucket=bucket, OwnershipControls=controls)
    aws.client("s3").put_bucket_acl(Bucket=bucket, ACL="private")
    put(Bucket=bucket, OwnershipControls=controls)


@case(
    "The ACL public-read lets anonymous requests list the bucket; a key that doesn't exist returns NoSuchKey (404)",
    known_from=documented("S3 User Guide, Access control list (ACL) overview"),
    moto=SAME,
)
def public_list(aws: Account) -> None:
    client = boto3.client("s3", "eu-west-1", endpoint_url=aws.url, config=Config(signature_version=UNSIGNED))
    bucket = open_to_acls(aws)
    assert client.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    aws.refuses("NoSuchKey", 404, None, client.get_object, Bucket=bucket, Key="ghost")


def refuses_lifecycle(aws: Account, code: str, message: str, *rules: dict[str, Any]) -> None:
    """Lifecycle rules, with a filter and a status added, are refused."""
    whole = [{"Filter": {"Prefix": ""}, "Status": "Enabled", **rule} for rule in rules]
    put = aws.client("s3").put_bucket_lifecycle_configuration
    aws.refuses(code, 400, message, put, Bucket=aws.create_bucket(), LifecycleConfiguration={"Rules": whole})


@case(
    "A lifecycle rule needs at least one action (InvalidRequest)",
    known_from=captured("quoted in Ansible's module s3_lifecycle"),
    moto=GAP,
)
def idle_lifecycle(aws: Account) -> None:
    refuses_lifecycle(aws, "InvalidRequest", "At least one action needs to be specified in a rule", {"ID": "idle"})


@case(
    "A lifecycle rule rejects 0 for Days of Expiration and NoncurrentDays of NoncurrentVersionExpiration "
    "(InvalidArgument)",
    known_from=QUOTED,
    moto=GAP,
)
def lifecycle_without_days(aws: Account) -> None:
    for action, days in (("Expiration", "Days"), ("NoncurrentVersionExpiration", "NoncurrentDays")):
        message = f"'{days}' for {action} action must be a positive integer"
        refuses_lifecycle(aws, "InvalidArgument", message, {"ID": "now", action: {days: 0}})


@case(
    "PutBucketLifecycleConfiguration rejects two rules with the same ID (InvalidArgument)", known_from=QUOTED, moto=GAP
)
def lifecycle_of_the_same_id(aws: Account) -> None:
    rule = {"ID": "twice", "Expiration": {"Days": 1}}
    refuses_lifecycle(
        aws, "InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule", rule, rule
    )


@case(
    "GetBucketInventoryConfiguration returns NoSuchConfiguration (404) for an ID that doesn't exist",
    known_from=ERRORS,
    moto=GAP,
)
def missing_inventory(aws: Account) -> None:
    ask = aws.client("s3").get_bucket_inventory_configuration
    aws.refuses("NoSuchConfiguration", 404, None, ask, Bucket=aws.create_bucket(), Id="ghost")


@case("CreateBucket stores the tags given in CreateBucketConfiguration", known_from=CREATE, moto=GAP)
def born_with_tags(aws: Account) -> None:
    name, tags = aws.name("bucket"), [{"Key": "team", "Value": "web"}]
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1", "Tags": tags})
    aws.clean_up(s3.delete_bucket, Bucket=name)
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == tags


@case(
    "CreateBucket rejects the ACL public-read (InvalidBucketAclWithBlockPublicAccessError)",
    known_from=BORN_PUBLIC,
    moto=GAP,
)
def born_public(aws: Account) -> None:
    create, where = aws.client("s3").create_bucket, {"LocationConstraint": "eu-west-1"}
    said = "Bucket cannot have public ACLs set with BlockPublicAccess enabled"
    ask = {"Bucket": aws.name("bucket"), "CreateBucketConfiguration": where, "ObjectOwnership": "ObjectWriter"}
    aws.refuses("InvalidBucketAclWithBlockPublicAccessError", 400, said, create, **ask, ACL="public-read")


@case(
    "BlockPublicAcls also rejects a grant to AllUsers in a header or in the ACL document (AccessDenied)",
    known_from=BLOCK,
    moto=GAP,
)
def public_grants(aws: Account) -> None:
    s3, bucket = aws.client("s3"), aws.create_bucket()
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=rules)
    everyone = "http://acs.amazonaws.com/groups/global/AllUsers"

    aws.refuses("AccessDenied", 403, None, s3.put_bucket_acl, Bucket=bucket, GrantRead=f'uri="{everyone}"')
    grant = {"Grantee": {"Type": "Group", "URI": everyone}, "Permission": "READ"}
    document = {"Owner": s3.get_bucket_acl(Bucket=bucket)["Owner"], "Grants": [grant]}
    aws.refuses("AccessDenied", 403, None, s3.put_bucket_acl, Bucket=bucket, AccessControlPolicy=document)
