"""Wrong: Host cannot be changed in viewer requests."""


def handler(event, context):
    request = event["Records"][0]["cf"]["request"]
    request["headers"]["host"] = [{"key": "Host", "value": "www.two-regions.test"}]
    return request
