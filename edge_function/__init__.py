"""The code that runs at the edge. `handler` holds the function, and `events/` holds requests to try it.

The local cloud imports nothing from here. It runs the packaged zip, as CloudFront does.
"""
