"""Wrong: there is no status 999."""


def handler(event, context):
    return {"status": "999", "statusDescription": "Nothing of the kind"}
