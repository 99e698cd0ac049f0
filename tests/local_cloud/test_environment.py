"""What other programs leave in the environment of this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys

_ASK = """
import json
import boto3
from local_cloud.cloud import LocalCloud

with LocalCloud() as cloud:
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": cloud.environment["AWS_SECRET_ACCESS_KEY"]}
    at = {"endpoint_url": cloud.environment["AWS_ENDPOINT_URL"], "region_name": "eu-west-1", **keys}
    s3, sts = (boto3.client(name, **at) for name in ("s3", "sts"))
    s3.create_bucket(Bucket="site", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for key in ("a", "b"):
        s3.put_object(Bucket="site", Key=key, Body=b"")
    print(json.dumps([sts.get_caller_identity()["Account"], len(s3.list_objects_v2(Bucket="site")["Contents"])]))
"""


VARIABLES = {
    **{"MOTO_ACCOUNT_ID": "999999999999", "INITIAL_NO_AUTH_ACTION_COUNT": "0", "MOTO_S3_DEFAULT_MAX_KEYS": "1"},
    **{
        "MOTO_S3_CUSTOM_ENDPOINTS": "http://127.0.0.1",
        "S3_IGNORE_SUBDOMAIN_BUCKETNAME": "1",
        "TEST_SERVER_MODE": "true",
    },
}


def test_variables_of_moto_change_nothing() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", _ASK], env={**os.environ, **VARIABLES}, capture_output=True, text=True, check=True
    )

    assert json.loads(answer.stdout) == ["123456789012", 2]
