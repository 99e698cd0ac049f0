"""Kept by hand: how the local cloud differs on purpose, and what nobody here knows about AWS."""

ON_PURPOSE = {
    "Signatures are not verified": """
        A key that was not made here is the user `learner`, who may do everything, unless the local cloud was started
        with a policy to enforce.""",
    "Waits are shortened": """
        Deployments, replication, DNS changes, health-check intervals and the removal of edge replicas take AWS's time
        divided by `--speed`, 200 unless told otherwise. TTLs are never shortened.""",
    "What was written is seen at once": """
        AWS may need seconds until a new role, policy or bucket is seen everywhere; code that forgets to try again
        passes here and may fail there.""",
    "There is no HTTPS": """
        The AWS APIs and the edge speak plain HTTP on 127.0.0.1. There are no certificates. The edge serves each viewer
        as if it had come by HTTPS: the policies `redirect-to-https` and `https-only` are kept, without effect.""",
    "Objects are not compressed": """
        A cache behavior keeps its `Compress`, without effect. What a viewer's Accept-Encoding allows is in the cache
        key and in what the origin is asked, as on AWS.""",
    "The edge has three locations": """
        Each has a cache of its own. Behind them are two regional edge caches, where functions run. On AWS there are
        hundreds, and more than a dozen regional ones.""",
    "Nothing expires": """
        A bucket's lifecycle rules are kept and checked. No object is deleted or moved by them.""",
    "Functions run when they are written in Python": """
        They run from their zip, in processes of their own, with the Python that runs the local cloud. Others are
        refused by name, when they are invoked or associated.""",
    "The simulator says less": """
        It decides as AWS does, but names no matched statements, takes any action's name, and doesn't know the user
        `learner`, whose policy is not among IAM's.""",
    "KMS has no say": """
        An object that is to be encrypted by KMS says so, isn't replicated unless a rule asks for it, and isn't shown to
        anonymous requests or origin access identities. Whether a key exists, and whom its policy lets use it, is not
        asked: neither of the role of a replication, nor of CloudFront. SSE-C is refused, as AWS does by default.""",
    "There is one account": """
        123456789012. Nothing is billed, and the rate of requests is not limited.""",
    "S3's website endpoints are missing": """
        A bucket keeps its website configuration, but `BUCKET.s3-website-REGION.amazonaws.com` does not serve it.""",
    "Nothing lasts": """
        All state ends with the process.""",
}
"""What differs, and how that shows. Each is a decision; see docs/design.md and local_cloud/README.md."""

UNKNOWN = (
    "Does S3 accept the requests of a distribution with an origin access control after an edge function chose another "
    "bucket? AWS documents that this is not supported; the workshop uses an origin access identity.",
    "Does the switch from eu-west-1 to ap-southeast-1 work end to end with one origin access identity?",
    "Does Lambda@Edge take functions with the newest Python runtime?",
    "What does `PutBucketReplication` say of a role that does not exist?",
    "Is UDP port 53 open from Lambda@Edge to Route 53's name servers?",
    "Which sentence refuses the deletion of a weighted record with other values?",
    "Is a calculated health check without children accepted?",
    "Does a replica keep its original's ETag, so that CloudFront's revalidation is answered with 304?",
    "What does Lambda@Edge say of a function with reserved concurrency?",
    "Are differing TTLs in one group of weighted records refused, or set to the last one given?",
    "Is a hosted zone under an invented top-level domain accepted?",
    "Does S3 take a rule with Replication Time Control enabled and its metrics disabled?",
)
"""Questions that only a real account can answer."""
