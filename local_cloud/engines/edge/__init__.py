"""CloudFront's edge. It answers for distributions from caches and buckets, and runs functions.

server            the whole edge: edge locations, regional edge caches and origins
cities            where edge locations are
answering         the socket of an edge location; host name → distribution → cache behavior
wire              malformed HTTP, and requests that are refused at once
viewer_events     functions before the cache, and on each answer
location          an edge location: which requests go to its regional edge cache, error pages
edge_cache        one level of cache: hit, miss, revalidation, stale, errors, one request to the origin for many viewers
freshness         TTLs
fetching          a miss: function, origin, function
running           finds, runs and throttles functions; checks results, reports failures
events            requests, responses and events in Lambda@Edge's shape
validation        what functions may return; checked_headers, checked_origin, header_rules
cached_responses  cached objects, made from answers of origins and functions
origin            requests to a bucket through the gateway
cache             objects by cache key
cache_key         makes the cache key of a request
sites, site       distributions as edges use them
responses         whole, partial or not modified
pages             CloudFront's error page
"""

from local_cloud.engines.edge.cities import CITIES, City
from local_cloud.engines.edge.server import Edge

__all__ = ["CITIES", "City", "Edge"]
