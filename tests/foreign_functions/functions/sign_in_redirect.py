"""Redirect: who has no session cookie is sent to the sign-in page, with the way back. viewer-request."""

from urllib.parse import quote


def handler(event, context):
    request = event["Records"][0]["cf"]["request"]
    cookies = request["headers"].get("cookie", [])
    if request["uri"] == "/sign-in" or any("session=" in cookie["value"] for cookie in cookies):
        return request
    location = f"/sign-in?back={quote(request['uri'], safe='')}"
    return {
        "status": "302",
        "statusDescription": "Found",
        "headers": {"location": [{"key": "Location", "value": location}], "cache-control": [{"value": "no-store"}]},
    }
