"""Route 53: health checks. On AWS each costs a fraction of a cent for the minutes that it is there."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import GAP, SAME, Account, captured, case, documented, unverified
from tests.conformance.cases.route53_zones import change, create_zone, record, route53

SERVICE = "route53"
COST = 0.01

S3 = {"Type": "HTTPS", "FullyQualifiedDomainName": "s3.eu-west-1.amazonaws.com"}
IDLE = {"Type": "CALCULATED", "HealthThreshold": 0}
"""A health check that sends no requests."""
ALARM = {"Region": "us-east-1", "Name": "alarm"}


def create_check(aws: Account, reference: str = "", **config: Any) -> dict[str, Any]:
    """A health check, S3's when nothing else is said, which is deleted at the end."""
    asked = {"CallerReference": reference or aws.name("reference"), "HealthCheckConfig": config or S3}
    created: dict[str, Any] = route53(aws).create_health_check(**asked)["HealthCheck"]
    aws.clean_up(route53(aws).delete_health_check, HealthCheckId=created["Id"])
    return created


def refuses_config(aws: Account, message: str | None, **config: Any) -> None:
    """Expect InvalidInput for a configuration."""
    asked = {"CallerReference": aws.name("reference"), "HealthCheckConfig": config}
    aws.refuses("InvalidInput", 400, message, route53(aws).create_health_check, **asked)


@case(
    "An HTTPS health check defaults to Port 443, RequestInterval 30, FailureThreshold 3, MeasureLatency "
    "false, EnableSNI true and version 1",
    known_from=documented("API HealthCheckConfig"),
    moto=GAP,
    cost=COST,
)
def defaults(aws: Account) -> None:
    created = create_check(aws)
    config = created["HealthCheckConfig"]
    shown = [
        config[member] for member in ("Port", "RequestInterval", "FailureThreshold", "MeasureLatency", "EnableSNI")
    ]
    assert shown == [443, 30, 3, False, True]
    assert created["HealthCheckVersion"] == 1


@case(
    "CreateHealthCheck with the same CallerReference and configuration returns the existing health check",
    known_from=documented("API CreateHealthCheck, CallerReference"),
    moto=GAP,
    cost=COST,
)
def same_request_again(aws: Account) -> None:
    reference = aws.name("reference")
    assert create_check(aws, reference)["Id"] == create_check(aws, reference)["Id"]


@case(
    "CreateHealthCheck rejects a used CallerReference with another configuration (HealthCheckAlreadyExists, 409)",
    known_from=captured("hashicorp/terraform issue 8679"),
    moto=GAP,
    cost=COST,
)
def caller_reference_reused(aws: Account) -> None:
    reference = aws.name("reference")
    create_check(aws, reference)
    message = "A different health check has already been created with the specified caller reference."
    asked = {"CallerReference": reference, "HealthCheckConfig": {**S3, "FailureThreshold": 5}}
    aws.refuses("HealthCheckAlreadyExists", 409, message, route53(aws).create_health_check, **asked)


@case(
    "CreateHealthCheck rejects the CallerReference of a deleted health check (HealthCheckAlreadyExists, 409)",
    known_from=documented("API CreateHealthCheck, CallerReference"),
    moto=GAP,
    cost=COST,
)
def caller_reference_of_deleted_check(aws: Account) -> None:
    reference = aws.name("reference")
    route53(aws).delete_health_check(HealthCheckId=create_check(aws, reference)["Id"])
    asked = {"CallerReference": reference, "HealthCheckConfig": S3}
    aws.refuses("HealthCheckAlreadyExists", 409, None, route53(aws).create_health_check, **asked)


@case(
    "CreateHealthCheck rejects a RequestInterval of 15; only 10 and 30 seconds are allowed (InvalidInput)",
    known_from=documented("R53DG dns-failover-determining-health-of-endpoints; aws/aws-cdk issue 27536"),
    moto=GAP,
)
def request_interval(aws: Account) -> None:
    refuses_config(aws, None, **S3, RequestInterval=15)


@case(
    "CreateHealthCheck rejects a FailureThreshold above 10 (InvalidInput)",
    known_from=documented("API HealthCheckConfig"),
    moto=GAP,
)
def failure_threshold(aws: Account) -> None:
    refuses_config(aws, None, **S3, FailureThreshold=11)


@case(
    "CreateHealthCheck rejects a Port above 65535 (InvalidInput)",
    known_from=documented("API HealthCheckConfig"),
    moto=GAP,
)
def port(aws: Account) -> None:
    refuses_config(aws, None, **S3, Port=65_536)


@case(
    "CreateHealthCheck rejects a Type outside the enumeration (InvalidInput)",
    known_from=documented("API HealthCheckConfig"),
    moto=GAP,
)
def unknown_type(aws: Account) -> None:
    refuses_config(aws, None, Type="BOGUS", FullyQualifiedDomainName="s3.eu-west-1.amazonaws.com")


@case(
    "CreateHealthCheck rejects a private, link-local or multicast IPAddress (InvalidInput)",
    known_from=documented("API HealthCheckConfig, IPAddress"),
    moto=GAP,
)
def private_address(aws: Account) -> None:
    for address in ("10.0.0.1", "192.168.1.1", "169.254.169.254", "224.0.0.1"):
        refuses_config(aws, None, Type="HTTP", IPAddress=address)


@case(
    "CreateHealthCheck rejects an AlarmIdentifier for an HTTPS check (InvalidInput)",
    known_from=captured("aws/aws-sdk-php issue 1528, aws/aws-cli issue 3188"),
    moto=GAP,
)
def endpoint_with_alarm(aws: Account) -> None:
    message = "Invalid parameter : Basic health checks must not have an metric region specified."
    refuses_config(aws, message, **S3, AlarmIdentifier=ALARM)


@case(
    "CreateHealthCheck rejects a ResourcePath for a TCP check (InvalidInput)",
    known_from=captured("boto/boto pull request 2221, issue 2721"),
    moto=GAP,
)
def tcp_with_path(aws: Account) -> None:
    message = "TCP health checks must not have a resource path spec"
    refuses_config(aws, message, Type="TCP", IPAddress="54.54.54.54", Port=1024, ResourcePath="/x")


@case(
    "CreateHealthCheck rejects a FullyQualifiedDomainName beside the IPAddress of a TCP check (InvalidInput)",
    known_from=captured("aws/aws-sdk-php issue 1527"),
    moto=GAP,
)
def tcp_with_address_and_name(aws: Account) -> None:
    message = "TCP health checks that have IP address must not have a fully qualified domain name specified."
    endpoint = {"IPAddress": "54.54.54.54", "FullyQualifiedDomainName": "s3.eu-west-1.amazonaws.com"}
    refuses_config(aws, message, Type="TCP", Port=1024, **endpoint)


@case(
    "A CALCULATED health check needs a HealthThreshold (InvalidInput)",
    known_from=captured("hashicorp/terraform-provider-aws issues 39428 and 44004"),
    moto=GAP,
)
def calculated_without_threshold(aws: Account) -> None:
    message = "Invalid parameter : Calculated health checks must have a health threshold specified."
    refuses_config(aws, message, Type="CALCULATED", ChildHealthChecks=[])


@case(
    "CreateHealthCheck rejects a HealthThreshold above 256 (InvalidInput)",
    known_from=documented("API HealthCheckConfig, HealthThreshold"),
    moto=GAP,
)
def health_threshold(aws: Account) -> None:
    refuses_config(aws, None, Type="CALCULATED", HealthThreshold=257)


@case(
    "A CALCULATED health check can't have another CALCULATED one as its child (InvalidInput)",
    known_from=documented("R53DG health-checks-creating-values, health checks to monitor"),
    moto=GAP,
    cost=COST,
)
def calculated_watches_calculated(aws: Account) -> None:
    child = create_check(aws)
    parent = create_check(aws, Type="CALCULATED", ChildHealthChecks=[child["Id"]], HealthThreshold=1)
    refuses_config(aws, None, Type="CALCULATED", ChildHealthChecks=[parent["Id"]], HealthThreshold=1)


@case(
    "CreateHealthCheck accepts a CALCULATED check with a HealthThreshold of 0 and no children",
    known_from=unverified("the model has no minimum; a threshold of 0 is always healthy"),
    moto=SAME,
    cost=COST,
)
def calculated_without_children(aws: Account) -> None:
    assert create_check(aws, **IDLE)["HealthCheckConfig"]["HealthThreshold"] == 0


@case(
    "GetHealthCheck returns the configuration of a CLOUDWATCH_METRIC check as it was created",
    known_from=documented("API HealthCheckConfig, AlarmIdentifier"),
    moto=GAP,
    on_aws="it needs an alarm",
)
def alarm(aws: Account) -> None:
    config = {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": ALARM, "InsufficientDataHealthStatus": "Healthy"}
    created = create_check(aws, **config)
    read = route53(aws).get_health_check(HealthCheckId=created["Id"])["HealthCheck"]["HealthCheckConfig"]
    assert config.items() <= read.items()


@case(
    "UpdateHealthCheck changes only the given settings and increases HealthCheckVersion by 1",
    known_from=documented("API UpdateHealthCheck"),
    moto=GAP,
    cost=COST,
)
def update(aws: Account) -> None:
    created = create_check(aws)
    updated = route53(aws).update_health_check(HealthCheckId=created["Id"], Inverted=True)["HealthCheck"]
    assert updated["HealthCheckConfig"] == {**created["HealthCheckConfig"], "Inverted": True}
    assert updated["HealthCheckVersion"] == 2


@case(
    "UpdateHealthCheck rejects an outdated HealthCheckVersion (HealthCheckVersionMismatch, 409)",
    known_from=documented("API UpdateHealthCheck, HealthCheckVersion"),
    moto=GAP,
    cost=COST,
)
def update_of_older_version(aws: Account) -> None:
    check_id = create_check(aws)["Id"]
    route53(aws).update_health_check(HealthCheckId=check_id, Inverted=True)
    asked = {"HealthCheckId": check_id, "HealthCheckVersion": 1, "Inverted": False}
    aws.refuses("HealthCheckVersionMismatch", 409, None, route53(aws).update_health_check, **asked)


@case(
    "UpdateHealthCheck with ResetElements removes the ResourcePath",
    known_from=documented("API UpdateHealthCheck, ResetElements"),
    moto=GAP,
    cost=COST,
)
def reset_elements(aws: Account) -> None:
    check_id = create_check(aws, **S3, ResourcePath="/x")["Id"]
    updated = route53(aws).update_health_check(HealthCheckId=check_id, ResetElements=["ResourcePath"])
    assert not updated["HealthCheck"]["HealthCheckConfig"].get("ResourcePath")


@case(
    "UpdateHealthCheck also rejects an AlarmIdentifier for an HTTPS check (InvalidInput)",
    known_from=captured("hashicorp/terraform-provider-aws issue 22993"),
    moto=GAP,
    cost=COST,
)
def update_with_alarm(aws: Account) -> None:
    message = "Invalid parameter : Basic health checks must not have an metric region specified."
    asked = {"HealthCheckId": create_check(aws)["Id"], "AlarmIdentifier": ALARM}
    aws.refuses("InvalidInput", 400, message, route53(aws).update_health_check, **asked)


@case(
    "GetHealthCheck, GetHealthCheckStatus, UpdateHealthCheck and DeleteHealthCheck return "
    "NoSuchHealthCheck (404) for an unknown ID",
    known_from=documented("API GetHealthCheck"),
    moto=GAP,
)
def no_such_check(aws: Account) -> None:
    missing = {"HealthCheckId": "00000000-0000-4000-8000-000000000000"}
    for operation in ("get_health_check", "update_health_check", "delete_health_check", "get_health_check_status"):
        aws.refuses("NoSuchHealthCheck", 404, None, getattr(route53(aws), operation), **missing)


@case(
    "DeleteHealthCheck succeeds while a record set still refers to the health check",
    known_from=documented("API DeleteHealthCheck"),
    moto=SAME,
    cost=COST,
)
def deleted_while_in_use(aws: Account) -> None:
    zone_id, name = create_zone(aws)
    check_id = create_check(aws, **IDLE)["Id"]
    members = {"SetIdentifier": "a", "Weight": 1, "HealthCheckId": check_id}
    change(aws, zone_id, ("CREATE", record("A", f"www.{name}", "192.0.2.1", **members)))
    route53(aws).delete_health_check(HealthCheckId=check_id)
    aws.refuses("NoSuchHealthCheck", 404, None, route53(aws).get_health_check, HealthCheckId=check_id)


@case(
    "DeleteHealthCheck rejects the child of a CALCULATED health check (InvalidInput)",
    known_from=unverified("DataBiosphere/azul issue 1150 says so; the model says that HealthCheckInUse is not in use"),
    moto=GAP,
    cost=COST,
)
def child_deleted(aws: Account) -> None:
    child = create_check(aws)
    create_check(aws, Type="CALCULATED", ChildHealthChecks=[child["Id"]], HealthThreshold=1)
    aws.refuses("InvalidInput", 400, None, route53(aws).delete_health_check, HealthCheckId=child["Id"])


@case(
    "ListHealthChecks with MaxItems returns NextMarker, the next page's first ID; GetHealthCheckCount "
    "counts all checks",
    known_from=documented("API ListHealthChecks"),
    moto=GAP,
    cost=COST,
)
def listed_by_page(aws: Account) -> None:
    for _ in range(3):
        create_check(aws)
    first = route53(aws).list_health_checks(MaxItems="2")
    second = route53(aws).list_health_checks(MaxItems="2", Marker=first["NextMarker"])
    assert (len(first["HealthChecks"]), first["IsTruncated"]) == (2, True)
    assert second["HealthChecks"][0]["Id"] == first["NextMarker"]
    assert route53(aws).get_health_check_count()["HealthCheckCount"] >= 3


@case(
    "GetHealthCheckStatus returns Success or Failure with a CheckedTime, and only from the configured regions",
    known_from=documented("API GetHealthCheckStatus, HealthCheckObservation"),
    moto=GAP,
    cost=COST,
)
def observations(aws: Account) -> None:
    regions = ["eu-west-1", "ap-southeast-1", "sa-east-1"]
    created = create_check(aws, **S3, RequestInterval=10, Regions=regions)

    def some_have_reported() -> list[dict[str, Any]]:
        seen = route53(aws).get_health_check_status(HealthCheckId=created["Id"])["HealthCheckObservations"]
        assert seen
        return list(seen)

    aws.eventually(some_have_reported, timeout=120)
    seen = some_have_reported()
    assert {each["Region"] for each in seen} <= set(regions)
    assert {each["StatusReport"]["Status"].split(":")[0] for each in seen} <= {"Success", "Failure"}
    assert all("CheckedTime" in each["StatusReport"] for each in seen)


@case(
    "ChangeTagsForResource tags a health check, and ListTagsForResources returns its tags",
    known_from=documented("API ListTagsForResources"),
    moto=SAME,
    cost=COST,
)
def tags(aws: Account) -> None:
    check_id = create_check(aws, **IDLE)["Id"]
    resource = {"ResourceType": "healthcheck", "ResourceId": check_id}
    route53(aws).change_tags_for_resource(**resource, AddTags=[{"Key": "Name", "Value": "ireland"}])
    listed = route53(aws).list_tags_for_resources(ResourceType="healthcheck", ResourceIds=[check_id])
    assert listed["ResourceTagSets"] == [{**resource, "Tags": [{"Key": "Name", "Value": "ireland"}]}]


@case(
    "ListTagsForResource returns NoSuchHealthCheck (404) for a health check that doesn't exist",
    known_from=documented("API ListTagsForResource, NoSuchHealthCheck"),
    moto=GAP,
)
def tags_of_nothing(aws: Account) -> None:
    missing = {"ResourceType": "healthcheck", "ResourceId": "00000000-0000-4000-8000-000000000000"}
    aws.refuses("NoSuchHealthCheck", 404, None, route53(aws).list_tags_for_resource, **missing)
