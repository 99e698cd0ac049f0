"""Tags of hosted zones and health checks."""

from __future__ import annotations

from typing import Any

from local_cloud.call import Call
from local_cloud.errors import AwsError
from local_cloud.services.route53.hosted_zones import HostedZones

MAXIMUM_TAGS = 50


class Tags(HostedZones):
    """`ChangeTagsForResource`, and the operations that read tags."""

    health_checks: dict[str, dict[str, Any]]

    def answer_change_tags_for_resource(self, call: Call) -> dict[str, Any]:
        """Add or replace tags, and remove keys, which may be missing."""
        parameters = call.parameters
        if not parameters.get("AddTags") and not parameters.get("RemoveTagKeys"):
            raise AwsError("InvalidInput", "The request adds no tag and removes none.")
        key = self._find_resource(parameters["ResourceType"], parameters["ResourceId"])
        tags = {k: v for k, v in self.tags.get(key, {}).items() if k not in parameters.get("RemoveTagKeys", [])}
        tags |= {tag["Key"]: tag.get("Value", "") for tag in parameters.get("AddTags", [])}
        if len(tags) > MAXIMUM_TAGS:
            raise AwsError("InvalidInput", f"A resource has at most {MAXIMUM_TAGS} tags.")
        self.tags[key] = tags
        return {}

    def answer_list_tags_for_resource(self, call: Call) -> dict[str, Any]:
        """The tags of one hosted zone or health check."""
        return {"ResourceTagSet": self._tag_set(call.parameters["ResourceType"], call.parameters["ResourceId"])}

    def answer_list_tags_for_resources(self, call: Call) -> dict[str, Any]:
        """The tags of up to ten resources of one type."""
        kind = call.parameters["ResourceType"]
        return {"ResourceTagSets": [self._tag_set(kind, resource_id) for resource_id in call.parameters["ResourceIds"]]}

    def _tag_set(self, kind: str, resource_id: str) -> dict[str, Any]:
        tags = self.tags.get(self._find_resource(kind, resource_id), {})
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        return {"ResourceType": kind, "ResourceId": resource_id, "Tags": listed}

    def _find_resource(self, kind: str, resource_id: str) -> tuple[str, str]:
        if kind == "hostedzone":
            return kind, self.get_zone(resource_id).id
        if resource_id not in self.health_checks:
            raise AwsError("NoSuchHealthCheck", f"No health check exists with the specified ID: {resource_id}", 404)
        return kind, resource_id
