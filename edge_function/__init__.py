"""What runs at the edge. `handler` is the function; `events/` holds requests to try it with.

Nothing here is imported by the local cloud: it runs the packaged zip, as CloudFront does.
"""
