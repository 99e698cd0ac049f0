"""Generated response: a page that no origin has, kept by the edge like any other. origin-request."""


def handler(event, context):
    request = event["Records"][0]["cf"]["request"]
    if request["uri"] != "/hello":
        return request
    return {
        "status": "200",
        "statusDescription": "OK",
        "headers": {
            "content-type": [{"key": "Content-Type", "value": "text/html; charset=utf-8"}],
            "cache-control": [{"key": "Cache-Control", "value": "max-age=100"}],
        },
        "body": "<h1>Hello from the edge — 日本</h1>",
    }
