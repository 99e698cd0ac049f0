"""Wrong: it takes longer than its timeout."""

import time


def handler(event, context):
    time.sleep(60)
