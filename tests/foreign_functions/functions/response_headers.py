"""Response headers: security headers are added, and a date in the object's own metadata wins. origin-response."""


def handler(event, context):
    response = event["Records"][0]["cf"]["response"]
    headers = response["headers"]
    headers["strict-transport-security"] = [{"key": "Strict-Transport-Security", "value": "max-age=63072000"}]
    headers["x-content-type-options"] = [{"value": "nosniff"}]
    if "x-amz-meta-last-modified" in headers:
        value = headers.pop("x-amz-meta-last-modified")[0]["value"]
        headers["last-modified"] = [{"key": "Last-Modified", "value": value}]
    return response
