"""Tags of distributions."""

from __future__ import annotations

from typing import Any

from local_cloud.call import Call
from local_cloud.services.cloudfront.operations import Operations
from local_cloud.services.cloudfront.refusals import refusal
from local_cloud.services.cloudfront.store import Config, Distribution

_MOST_TAGS = 50


class TagOperations(Operations):
    """List, put and remove tags."""

    def answer_list_tags_for_resource(self, call: Call) -> dict[str, Any]:
        """List the tags of a distribution."""
        tags = self._tagged(call).tags
        return {"Tags": {"Items": [{"Key": key, "Value": value} for key, value in tags.items()]}}

    def answer_tag_resource(self, call: Call) -> dict[str, Any]:
        """Add tags, or change their values."""
        tagged, tags = self._tagged(call), read_tags(call.parameters["Tags"])
        if len(tagged.tags | tags) > _MOST_TAGS:
            raise refusal("InvalidTagging")
        tagged.tags |= tags
        return {}

    def answer_untag_resource(self, call: Call) -> dict[str, Any]:
        """Remove tags; one that is not there does not matter."""
        tagged = self._tagged(call)
        for key in (call.parameters.get("TagKeys") or {}).get("Items") or []:
            tagged.tags.pop(key, None)
        return {}

    def _tagged(self, call: Call) -> Distribution:
        arn = call.parameters.get("Resource")
        found = next((held for held in self.store.distributions.values() if held.arn == arn), None)
        if found is None:
            raise refusal("NoSuchResource")
        return found


def read_tags(tags: Config | None) -> dict[str, str]:
    """Tags as a dictionary.

    Raises:
        AwsError: InvalidTagging for a key or value that is too long, or a key of AWS's own.
    """
    read = {tag["Key"]: tag.get("Value") or "" for tag in (tags or {}).get("Items") or []}
    wrong = (not 1 <= len(k) <= 128 or len(v) > 256 or k.lower().startswith("aws:") for k, v in read.items())
    if len(read) > _MOST_TAGS or any(wrong):
        raise refusal("InvalidTagging")
    return read
