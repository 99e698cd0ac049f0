"""CloudFront's edge: distributions answer here, from a cache, through functions, out of buckets.

server          the socket; host name → distribution → cache behavior
wire            what is no HTTP, and what is refused at once
viewer_events   functions before the cache is asked, and on each answer
location        one edge location: hit, miss, revalidation, stale, errors, one request to the origin for many viewers
fetching        a miss: function, origin, function
running         functions are found, run, throttled; their results checked, their failures told
events          requests, responses and events in Lambda@Edge's shape
validation      what functions may return; checked_headers, checked_origin, header_rules
objects         what an edge keeps, made of what origins and functions answered
origin          asking a bucket, as whom, through the gateway
cache           objects and their TTLs
cache_key       what makes two requests the same
site            a distribution as an edge knows it
responses       whole, part or not modified
pages           CloudFront's error page
"""

from local_cloud.engines.edge.server import Edge

__all__ = ["Edge"]
