"""CloudFront's edge: distributions answer here, from a cache, through functions, out of buckets.

server         the socket; host name → distribution → cache behavior
location       one edge location: hit, miss, revalidation, stale, errors, one request to the origin for many viewers
fetching       a miss: function, then origin
events         requests and events in Lambda@Edge's shape
validation     what functions may return
header_rules   which headers nobody may touch
origin         asking a bucket, as whom, through the gateway
cache          objects and their TTLs
cache_key      what makes two requests the same
site           a distribution as an edge knows it
responses      whole, part or not modified
pages          CloudFront's error page
"""

from local_cloud.engines.edge.server import Edge

__all__ = ["Edge"]
