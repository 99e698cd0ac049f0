"""The Resource Groups Tagging API: tags of buckets, functions, distributions, hosted zones and health checks, together.

Global resources are in us-east-1, all others in their region. IAM's roles and users can be tagged here, but are not
listed (Tagging API Reference, "Services that support the Resource Groups Tagging API").
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.object_store import object_store
from local_cloud.services.constraints import check_constraints
from local_cloud.services.iam import entities
from local_cloud.services.lambda_functions.names import backend, find_function, parse_name
from local_cloud.services.service import Service

GLOBAL = "us-east-1"
"""The region in which resources without a region are listed."""

LARGEST_PAGE = 100

Tags = dict[str, str]


class Distributions(Protocol):
    """The parts of CloudFront that are used here."""

    store: Any

    def answer_tag_resource(self, call: Call) -> Any:
        """Add tags."""

    def answer_untag_resource(self, call: Call) -> Any:
        """Remove tags."""


class Zones(Protocol):
    """The parts of Route 53 that are used here."""

    tags: dict[tuple[str, str], Tags]

    def answer_change_tags_for_resource(self, call: Call) -> Any:
        """Add and remove tags."""


class Resource(NamedTuple):
    """A resource with tags. `kind` is written as in a filter: `service:type`."""

    arn: str
    kind: str
    tags: Tags


class TaggingService(Service):
    """AWS Resource Groups Tagging API.

    Args:
        cloudfront: Has the distributions.
        route53: Has the hosted zones and health checks.
    """

    name = "resourcegroupstaggingapi"
    owned = True

    def __init__(self, *, cloudfront: Distributions, route53: Zones) -> None:
        self._cloudfront = cloudfront
        self._route53 = route53

    def refuse(self, call: Call) -> None:
        """Refuse what the model of the operation rules out."""
        check_constraints(call, code="InvalidParameterException")

    def answer_get_resources(self, call: Call) -> dict[str, Any]:
        """The tagged resources of the region that match all filters."""
        parameters = call.parameters
        arns = parameters.get("ResourceARNList")
        if arns and any(parameters.get(other) for other in ("TagFilters", "ResourceTypeFilters", "ResourcesPerPage")):
            raise _invalid("ResourceARNList can't be used together with filters or pagination.")
        size = parameters.get("ResourcesPerPage") or LARGEST_PAGE
        if not 1 <= size <= LARGEST_PAGE:
            raise _invalid(f"ResourcesPerPage must be from 1 to {LARGEST_PAGE}.")
        kinds = parameters.get("ResourceTypeFilters") or []
        found = [
            resource
            for resource in self._list(call.region)
            if (not arns or resource.arn in arns)
            and (not kinds or any(resource.kind == kind or resource.kind.startswith(f"{kind}:") for kind in kinds))
            and all(_matches(resource.tags, wanted) for wanted in parameters.get("TagFilters") or [])
        ]
        page, token = _paginate(found, parameters.get("PaginationToken"), size)
        mappings = [{"ResourceARN": resource.arn, "Tags": _as_list(resource.tags)} for resource in page]
        return {"ResourceTagMappingList": mappings, "PaginationToken": token}

    def answer_get_tag_keys(self, call: Call) -> dict[str, Any]:
        """All keys in the region."""
        keys = sorted({key for resource in self._list(call.region) for key in resource.tags})
        page, token = _paginate(keys, call.parameters.get("PaginationToken"), LARGEST_PAGE)
        return {"TagKeys": page, "PaginationToken": token}

    def answer_get_tag_values(self, call: Call) -> dict[str, Any]:
        """All values of a key in the region."""
        key = call.parameters["Key"]
        values = sorted({found.tags[key] for found in self._list(call.region) if key in found.tags})
        page, token = _paginate(values, call.parameters.get("PaginationToken"), LARGEST_PAGE)
        return {"TagValues": page, "PaginationToken": token}

    def answer_tag_resources(self, call: Call) -> dict[str, Any]:
        """Add tags to resources. The result lists the resources that failed."""
        return self._change(call, call.parameters["Tags"], [])

    def answer_untag_resources(self, call: Call) -> dict[str, Any]:
        """Remove tags from resources. The result lists the resources that failed."""
        return self._change(call, {}, call.parameters["TagKeys"])

    def _change(self, call: Call, tags: Tags, keys: list[str]) -> dict[str, Any]:
        failed = {}
        for arn in call.parameters["ResourceARNList"]:
            try:
                self._change_one(call, arn, tags, keys)
            except AwsError as error:
                failed[arn] = {"StatusCode": error.status, "ErrorCode": error.code, "ErrorMessage": error.message}
        return {"FailedResourcesMap": failed}

    def _change_one(self, call: Call, arn: str, tags: Tags, keys: list[str]) -> None:
        service = arn.split(":")[2] if arn.count(":") >= 5 else ""
        changes: dict[str, Callable[[Call, str, Tags, list[str]], None]] = {
            "s3": _change_bucket,
            "lambda": _change_function,
            "iam": _change_role_or_user,
            "cloudfront": self._change_distribution,
            "route53": self._change_zone,
        }
        if service not in changes:
            raise _invalid(f"The local cloud can't tag {arn}.")
        changes[service](call, arn, tags, keys)

    def _change_distribution(self, call: Call, arn: str, tags: Tags, keys: list[str]) -> None:
        _check_region(call, GLOBAL)
        if tags:
            parameters: dict[str, Any] = {"Resource": arn, "Tags": {"Items": _as_list(tags)}}
            self._cloudfront.answer_tag_resource(dataclasses.replace(call, parameters=parameters))
        else:
            parameters = {"Resource": arn, "TagKeys": {"Items": keys}}
            self._cloudfront.answer_untag_resource(dataclasses.replace(call, parameters=parameters))

    def _change_zone(self, call: Call, arn: str, tags: Tags, keys: list[str]) -> None:
        _check_region(call, GLOBAL)
        kind, _, resource_id = arn.split(":")[5].partition("/")
        parameters: dict[str, Any] = {"ResourceType": kind, "ResourceId": resource_id}
        parameters |= {"AddTags": _as_list(tags)} if tags else {"RemoveTagKeys": keys}
        self._route53.answer_change_tags_for_resource(dataclasses.replace(call, parameters=parameters))

    def _list(self, region: str) -> list[Resource]:
        """The resources of a region that have tags, by ARN."""
        every = [*_buckets(region), *_functions(region), *(self._list_global() if region == GLOBAL else ())]
        return sorted(resource for resource in every if resource.tags)

    def _list_global(self) -> Iterator[Resource]:
        for distribution in self._cloudfront.store.distributions.values():
            yield Resource(distribution.arn, "cloudfront:distribution", distribution.tags)
        for (kind, resource_id), tags in self._route53.tags.items():
            yield Resource(f"arn:aws:route53:::{kind}/{resource_id}", f"route53:{kind}", tags)


def _buckets(region: str) -> Iterator[Resource]:
    for bucket in object_store().buckets.values():
        if bucket.region_name == region:
            yield Resource(bucket.arn, "s3:bucket", object_store().tagger.get_tag_dict_for_resource(bucket.arn))


def _functions(region: str) -> Iterator[Resource]:
    for function in backend(region).list_functions(None):
        yield Resource(function.function_arn, "lambda:function", function.tags)


def _change_bucket(call: Call, arn: str, tags: Tags, keys: list[str]) -> None:
    bucket = object_store().buckets.get(arn.removeprefix("arn:aws:s3:::"))
    if bucket is None:
        raise _no_such_resource(arn)
    _check_region(call, bucket.region_name)
    _tell(object_store().tagger, arn, tags, keys)


def _change_function(call: Call, arn: str, tags: Tags, keys: list[str]) -> None:
    function = None if parse_name(arn).qualifier else find_function(call.region, arn)
    if function is None:
        raise _no_such_resource(arn)
    _check_region(call, parse_name(arn).region)
    function.tags.update(tags)
    for key in keys:
        function.tags.pop(key, None)


def _change_role_or_user(call: Call, arn: str, tags: Tags, keys: list[str]) -> None:
    _check_region(call, GLOBAL)
    kind, name = arn.split(":")[5].partition("/")[0], arn.rpartition("/")[2]
    found = entities.find(kind, name) if kind in ("role", "user") else None
    if found is None or found.arn != arn:
        raise _no_such_resource(arn)
    if kind == "user":
        _tell(entities.backend().tagger, arn, tags, keys)
    elif tags:
        entities.backend().tag_role(name, _as_list(tags))
    else:
        entities.backend().untag_role(name, keys)


def _tell(tagger: Any, arn: str, tags: Tags, keys: list[str]) -> None:
    tagger.tag_resource(arn, _as_list(tags))
    tagger.untag_resource_using_names(arn, keys)


def _check_region(call: Call, region: str) -> None:
    if call.region != region:
        raise _invalid(f"The resource is in {region}, not in {call.region}.")


def _matches(tags: Tags, wanted: dict[str, Any]) -> bool:
    """Whether tags have the key of a filter, with one of its values if it has any."""
    values = wanted.get("Values") or []
    return wanted.get("Key") in tags and (not values or tags[wanted["Key"]] in values)


def _paginate(every: list[Any], token: str | None, size: int) -> tuple[list[Any], str]:
    """A page, and the token of the next page, which is empty after the last one."""
    if token and not (token.isdigit() and int(token) < len(every)):
        raise AwsError("PaginationTokenExpiredException", "The pagination token is not valid any more.", 400)
    start = int(token or 0)
    return every[start : start + size], str(start + size) if start + size < len(every) else ""


def _as_list(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _no_such_resource(arn: str) -> AwsError:
    return AwsError("InvalidParameterException", f"There is no {arn}.", 400)


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message, 400)
