"""Wrong: 1 MB is the most that a function may generate at an origin event."""


def handler(event, context):
    return {"status": "200", "body": "x" * (1024 * 1024), "headers": {"x-one-more": [{"value": "byte"}]}}
