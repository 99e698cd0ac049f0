"""CloudFront's edge: distributions answer here, from a cache, through functions, out of buckets.

server            edge locations, regional edge caches and origins, put together
cities            where edge locations are
answering         the socket of one of them; host name → distribution → cache behavior
wire              what is no HTTP, and what is refused at once
viewer_events     functions before the cache is asked, and on each answer
location          an edge location: which requests go to its regional edge cache, error pages
edge_cache        one level of cache: hit, miss, revalidation, stale, errors, one request to the origin for many viewers
freshness         TTLs
fetching          a miss: function, origin, function
running           functions are found, run, throttled; their results checked, their failures told
events            requests, responses and events in Lambda@Edge's shape
validation        what functions may return; checked_headers, checked_origin, header_rules
cached_responses  what an edge keeps, made of what origins and functions answered
origin            asking a bucket, as whom, through the gateway
cache             objects, found by their keys
cache_key         what makes two requests the same
sites, site       distributions as edges know them
responses         whole, part or not modified
pages             CloudFront's error page
"""

from local_cloud.engines.edge.cities import CITIES, City
from local_cloud.engines.edge.server import Edge

__all__ = ["CITIES", "City", "Edge"]
