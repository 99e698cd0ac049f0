"""Written by hand: how the local cloud differs from AWS on purpose, and what is not known about AWS."""

ON_PURPOSE = {
    "Its own key may do everything": """
        Signatures are verified, except those of Signature Version 4A. The local cloud's own key is that of the user
        `learner`, who may do everything, unless the local cloud was started with a policy to enforce.""",
    "Waits are shortened": """
        Deployments, replication, DNS changes, health-check intervals and the removal of edge replicas take AWS's time
        divided by `--speed`, which is 200 by default. TTLs are never shortened.""",
    "A change is visible at once": """
        On AWS a new role, policy or bucket can take seconds to become visible everywhere. Code that forgets to retry
        passes here and may fail there. `--slow` makes some changes late.""",
    "There is no HTTPS": """
        The AWS APIs and the edge speak plain HTTP on 127.0.0.1. There are no certificates. The edge treats every viewer
        request as an HTTPS request. The policies `redirect-to-https` and `https-only` are stored, but have no
        effect.""",
    "Objects are not compressed": """
        A cache behavior stores `Compress`, but the setting has no effect. As on AWS, the normalized Accept-Encoding
        header is part of the cache key and of the request to the origin.""",
    "The edge has three locations": """
        Each location has its own cache. Behind the locations are two regional edge caches, where functions run. AWS has
        hundreds of locations, and more than a dozen regional edge caches.""",
    "Nothing expires": """
        A bucket's lifecycle rules are validated and stored, but they delete and move no objects.""",
    "Only Python functions run": """
        Functions run from their zip archive, in separate processes, with the Python that runs the local cloud. The
        local cloud rejects a function with another runtime when it is invoked or associated, and names the runtime.""",
    "The policy simulator returns less": """
        It decides as AWS does, but it returns no matched statements and accepts any action name.""",
    "KMS is not simulated": """
        An object that is encrypted with KMS says so. It is replicated only if a rule asks for it. Anonymous requests
        and origin access identities can't read it. The local cloud doesn't check whether a key exists or what its
        policy allows, neither for a replication role nor for CloudFront. SSE-C is rejected, as AWS does by default.""",
    "There is one account": """
        Its ID is 123456789012. Nothing is billed, and the request rate is not limited.""",
    "S3's website endpoints are missing": """
        A bucket stores its website configuration, but `BUCKET.s3-website-REGION.amazonaws.com` doesn't serve it.""",
    "Nothing is saved": """
        All state is lost when the process ends.""",
}
"""Each difference, and its effects. Each is a decision; see docs/design.md and local_cloud/README.md."""

UNKNOWN = (
    "Does S3 accept the requests of a distribution with an origin access control after an edge function chose another "
    "bucket? AWS documents that this is not supported; the workshop uses an origin access identity.",
    "Does the switch from eu-west-1 to ap-southeast-1 work end to end with one origin access identity?",
    "Does Lambda@Edge accept functions with the newest Python runtime?",
    "What does `PutBucketReplication` return for a role that doesn't exist?",
    "Is UDP port 53 open from Lambda@Edge to Route 53's name servers?",
    "Which message does Route 53 return when a weighted record is deleted with other values?",
    "Does Route 53 accept a calculated health check without children?",
    "Does a replica have the same ETag as its original, so that S3 answers CloudFront's revalidation with 304?",
    "Does Lambda@Edge accept a function with reserved concurrency, and if not, with which error?",
    "If the TTLs in one group of weighted records differ, does Route 53 reject them or apply the last one to all?",
    "Does Route 53 accept a hosted zone under a top-level domain that doesn't exist?",
    "Does S3 accept a rule with Replication Time Control enabled and its metrics disabled?",
)
"""Questions that only a real account can answer."""
