"""A/B test: a viewer without a cookie draws a group and is given the cookie. viewer-request and viewer-response."""

import random

GROUPS = ("a", "b")


def handler(event, context):
    record = event["Records"][0]["cf"]
    if record["config"]["eventType"] == "viewer-response":
        return remember(record["request"], record["response"])
    return choose(record["request"])


def choose(request):
    cookies = [header["value"] for header in request["headers"].get("cookie", [])]
    group = next((one for one in GROUPS if any(f"group={one}" in cookie for cookie in cookies)), None)
    request["uri"] = f"/{group or random.choice(GROUPS)}{request['uri']}"
    return request


def remember(request, response):
    group = request["uri"].split("/")[1]
    response["headers"]["set-cookie"] = [{"key": "Set-Cookie", "value": f"group={group}; Path=/; Secure"}]
    return response
