"""Lambda: the zip of a function, and where its code comes from and goes to."""

from __future__ import annotations

import io
import urllib.request
import zipfile

from tests.conformance.case import GAP, SAME, Account, captured, case, documented, unverified
from tests.conformance.lambda_made import REGION, create, describe, make_zip, refuses_to_create

SERVICE = "lambda"
API = captured("LS test_lambda_api")
INVALID = "InvalidParameterValueException"


@case(
    "CreateFunction rejects a ZipFile that isn't a zip archive (InvalidParameterValueException)",
    known_from=API,
    moto=GAP,
)
def no_zip(aws: Account) -> None:
    message = "Could not unzip uploaded file. Please check your file, then try to upload again."
    refuses_to_create(aws, INVALID, message, Code={"ZipFile": b"no zip"})


@case(
    "CreateFunction rejects an empty zip archive (InvalidParameterValueException)",
    known_from=unverified("reported by users; neither code nor sentence is documented"),
    moto=GAP,
)
def empty_zip(aws: Account) -> None:
    refuses_to_create(aws, INVALID, None, Code={"ZipFile": make_zip("")})


@case(
    "CreateFunction rejects a zip archive of more than 250 MB when unzipped (InvalidParameterValueException)",
    known_from=captured("Miserlou/Zappa#612"),
    moto=GAP,
)
def large_zip(aws: Account) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(8):
            archive.writestr(f"{number}.bin", bytes(32_768_000))
    message = "Unzipped size must be smaller than 262144000 bytes"
    refuses_to_create(aws, INVALID, message, Code={"ZipFile": buffer.getvalue()})


@case(
    "UpdateFunctionCode with DryRun leaves the code unchanged",
    known_from=documented("botocore UpdateFunctionCode.DryRun"),
    moto=SAME,
)
def dry_run(aws: Account) -> None:
    name, lambda_ = create(aws), aws.client("lambda", REGION)
    before = lambda_.get_function_configuration(FunctionName=name)["CodeSha256"]
    lambda_.update_function_code(FunctionName=name, ZipFile=make_zip("changed = True\n"), DryRun=True)
    assert lambda_.get_function_configuration(FunctionName=name)["CodeSha256"] == before


@case(
    "GetFunction returns a Location from which the function's zip archive can be downloaded",
    known_from=documented("botocore"),
    moto=GAP,
)
def code_location(aws: Account) -> None:
    name = create(aws)
    location = aws.client("lambda", REGION).get_function(FunctionName=name)["Code"]["Location"]
    assert aws.url is None or location.startswith(aws.url), "the address is of another machine"
    with urllib.request.urlopen(location, timeout=10) as response:
        assert response.read() == make_zip()


@case(
    "CreateFunction rejects code from a bucket in another region (InvalidParameterValueException), and "
    "the message names the bucket's region",
    known_from=captured("hashicorp/terraform#16821"),
    moto=GAP,
)
def code_of_another_region(aws: Account) -> None:
    bucket, lambda_ = aws.create_bucket("eu-west-1"), aws.client("lambda", REGION)
    aws.client("s3", "eu-west-1").put_object(Bucket=bucket, Key="code.zip", Body=make_zip())
    parameters = describe(aws, Code={"S3Bucket": bucket, "S3Key": "code.zip"})
    said = "S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this region: eu-west-1."
    aws.refuses(INVALID, 400, said, lambda_.create_function, **parameters)
