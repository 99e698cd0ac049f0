"""Wrong: it waits for what never comes, longer than its timeout."""

import threading


def handler(event, context):
    threading.Event().wait()
