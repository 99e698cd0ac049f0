"""Header-based origin: viewers of a region are served from the bucket there. origin-request."""

BUCKETS = {"ap-southeast-1": "twin.s3.ap-southeast-1.amazonaws.com"}


def handler(event, context):
    request = event["Records"][0]["cf"]["request"]
    wanted = request["headers"].get("x-region", [{"value": ""}])[0]["value"]
    if wanted in BUCKETS:
        s3 = request["origin"]["s3"]
        s3["domainName"], s3["region"], s3["authMethod"] = BUCKETS[wanted], wanted, "none"
        request["headers"]["host"] = [{"key": "Host", "value": BUCKETS[wanted]}]
    return request
