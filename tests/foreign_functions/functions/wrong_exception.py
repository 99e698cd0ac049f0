"""Wrong: it counts on a header that isn't there."""


def handler(event, context):
    request = event["Records"][0]["cf"]["request"]
    print(request["headers"]["x-not-there"][0]["value"])
    return request
