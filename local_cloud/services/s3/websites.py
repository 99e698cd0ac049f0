"""Which website configurations S3 accepts. The local cloud doesn't serve websites."""

from __future__ import annotations

from typing import Any

from local_cloud.call import Call
from local_cloud.errors import AwsError, malformed_xml
from local_cloud.services.s3.lookups import bucket_of, invalid_argument
from local_cloud.services.service import Service


class WebsiteOperations(Service):
    """The operation that puts a website configuration. moto gets and deletes it."""

    def refuse_put_bucket_website(self, call: Call) -> None:
        """Refuse a configuration unless it has either an index document or RedirectAllRequestsTo."""
        bucket_of(call)
        configuration: dict[str, Any] = call.parameters.get("WebsiteConfiguration") or {}
        if redirect := configuration.get("RedirectAllRequestsTo"):
            _check_redirect(redirect, alone=len(configuration) == 1)
        elif not configuration.get("IndexDocument"):
            message = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"
            raise invalid_argument(message, "IndexDocument", "null")
        else:
            suffix = configuration["IndexDocument"].get("Suffix") or ""
            if not suffix or "/" in suffix:
                raise invalid_argument("The IndexDocument Suffix is not well formed", "IndexDocument", suffix)
        if "ErrorDocument" in configuration and not configuration["ErrorDocument"].get("Key"):
            raise malformed_xml()


def _check_redirect(redirect: dict[str, Any], *, alone: bool) -> None:
    if not alone:
        message = "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules."
        raise invalid_argument(message, "RedirectAllRequestsTo", "not null")
    if redirect.get("Protocol", "http") not in ("http", "https"):
        message = (
            "Invalid protocol, protocol can be http or https. "
            "If not defined the protocol will be selected automatically."
        )
        raise AwsError("InvalidRequest", message)
