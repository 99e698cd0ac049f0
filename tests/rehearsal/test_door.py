"""What the door answers, and what it objects to."""

from __future__ import annotations

import dns.message
import pytest

from local_cloud.cloud import LocalCloud
from tests.rehearsal.door import Door
from tests.rehearsal.kit import RunPython
from tests.rehearsal.ledger import Ledger

IDENTITY = "import boto3; print(boto3.client('sts', region_name={!r}).get_caller_identity()['Account'])"
NAME_SERVERS = "import dns.resolver; print(dns.resolver.resolve('ns-7.awsdns-00.com', 'A')[0], {})"
CLIENT = "import boto3; s3 = boto3.client('s3', region_name='eu-west-1'); "


def test_an_sdk_reaches_the_local_cloud_at_the_name_of_aws(run_python: RunPython, ledger: Ledger) -> None:
    output = run_python(IDENTITY.format("eu-west-1"))

    assert output.strip() == "123456789012"
    assert [(one.host, one.status) for one in ledger.asked] == [("sts.eu-west-1.amazonaws.com", 200)]


def test_a_body_that_the_sdk_sends_in_chunks_arrives(run_python: RunPython, cloud: LocalCloud) -> None:
    put = "page = dict(Bucket='site', Key='page'); s3.put_object(**page, Body=b'x' * 300_000); "
    make = "s3.create_bucket(Bucket='site', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'}); "

    assert "'ContentLength': 300000" in run_python(CLIENT + make + put + "print(s3.head_object(**page))")


@pytest.mark.parametrize(
    ("signing", "objection"),
    [
        (
            "{'region': 'us-east-1'}",
            "a signature for us-east-1/s3 at s3.eu-west-1.amazonaws.com, which takes eu-west-1/s3",
        ),
        (
            "{'signing_name': 'sts'}",
            "a signature for eu-west-1/sts at s3.eu-west-1.amazonaws.com, which takes eu-west-1/s3",
        ),
    ],
)
def test_a_signature_for_another_scope_is_refused(
    run_python: RunPython, ledger: Ledger, signing: str, objection: str
) -> None:
    change = (
        f"s3.meta.events.register('before-sign', lambda request, **_: request.context['signing'].update({signing})); "
    )
    output = run_python(CLIENT + change + "s3.list_buckets()")

    assert "SignatureDoesNotMatch" in output
    assert list(ledger.objections) == [objection]


def test_a_region_that_is_not_enabled_does_not_know_the_access_key(run_python: RunPython) -> None:
    look = "import boto3; boto3.client('logs', region_name={!r}).describe_log_groups(); print('good')"

    assert "(UnrecognizedClientException)" in run_python(look.format("af-south-1"))
    assert run_python(look.format("eu-north-1")).strip() == "good"


def test_an_api_is_not_asked_over_http(run_python: RunPython, ledger: Ledger) -> None:
    run_python("import urllib.request; urllib.request.urlopen('http://s3.eu-west-1.amazonaws.com/')")

    assert list(ledger.objections) == ["a request to s3.eu-west-1.amazonaws.com over HTTP"]


def test_the_name_servers_of_a_zone_are_asked_at_the_local_nameserver(run_python: RunPython) -> None:
    ask = "dns.query.udp(dns.message.make_query('nothing.example.', 'TXT'), '192.0.2.53').rcode()"

    assert run_python("import dns.query, dns.message; " + NAME_SERVERS.format(ask)).strip() == "192.0.2.53 5"


def test_name_servers_offer_no_recursion_as_those_of_route_53(run_python: RunPython) -> None:
    ask = "dns.query.udp(dns.message.make_query('nothing.example.', 'TXT'), '192.0.2.53').flags & dns.flags.RA"

    assert run_python("import dns.flags, dns.query, dns.message; " + NAME_SERVERS.format(ask)).strip() == "192.0.2.53 0"


def test_the_name_of_a_distribution_that_was_never_made_is_unknown(door: Door) -> None:
    query = dns.message.make_query("d111111abcdef8.cloudfront.net.", "A")
    answer = door.resolve(query.to_wire())

    assert answer
    assert dns.message.from_wire(answer).rcode() == dns.rcode.NXDOMAIN
