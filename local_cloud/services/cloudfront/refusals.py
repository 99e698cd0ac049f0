"""CloudFront's errors: code, status and message.

The statuses are from botocore's service model. Some messages were captured from AWS. The others are the model's
descriptions of the errors, which AWS mostly repeats.
"""

from __future__ import annotations

from local_cloud.errors import AwsError

_TEXTS: dict[str, tuple[int, str]] = {
    "BatchTooLarge": (413, "Invalidation batch specified is too large."),
    "CNAMEAlreadyExists": (
        409,
        "One or more of the CNAMEs you provided are already associated with a different resource.",
    ),
    "CachePolicyAlreadyExists": (409, "A cache policy with this name already exists."),
    "CachePolicyInUse": (409, "Cannot delete the cache policy because it is attached to one or more cache behaviors."),
    "CloudFrontOriginAccessIdentityAlreadyExists": (
        409,
        "The caller reference that you are using to create an origin access identity is associated with another one.",
    ),
    "CloudFrontOriginAccessIdentityInUse": (409, "The CloudFront origin access identity is still being used."),
    "DistributionNotDisabled": (409, "The distribution you are trying to delete has not been disabled."),
    "IllegalDelete": (400, "You cannot delete a managed cache policy."),
    "IllegalOriginAccessConfiguration": (
        400,
        "An origin cannot contain both an origin access control (OAC) and an origin access identity (OAI).",
    ),
    "IllegalUpdate": (400, "The update contains modifications that are not allowed."),
    "InconsistentQuantities": (400, "The value of Quantity and the size of Items don't match."),
    "InvalidArgument": (400, "An argument is invalid."),
    "InvalidDefaultRootObject": (
        400,
        "The default root object file name is too big or contains an invalid character.",
    ),
    "InvalidDomainNameForOriginAccessControl": (
        400,
        "An origin access control is associated with an origin whose domain name is not supported.",
    ),
    "InvalidErrorCode": (400, "An invalid error code was specified."),
    "InvalidForwardCookies": (
        400,
        "Your request contains forward cookies option which doesn't match with the expectation for the whitelisted "
        "list of cookie names.",
    ),
    "InvalidHeadersForS3Origin": (400, "The headers specified are not valid for an Amazon S3 origin."),
    "InvalidIfMatchVersion": (400, "The If-Match version is missing or not valid for the resource."),
    "InvalidOrigin": (400, "The specified origin server does not exist or is not valid."),  # boto3#3804
    "InvalidOriginAccessControl": (400, "The origin access control is not valid."),
    "InvalidOriginAccessIdentity": (400, "The origin access identity is not valid or doesn't exist."),
    "InvalidOriginKeepaliveTimeout": (400, "The keep alive timeout specified for the origin is not valid."),
    "InvalidOriginReadTimeout": (400, "The read timeout specified for the origin is not valid."),
    "InvalidQueryStringParameters": (400, "The query string parameters specified are not valid."),
    "InvalidResponseCode": (400, "A response code is not valid."),
    "InvalidTTLOrder": (
        400,
        "MinTTL, MaxTTL and DefaultTTL should follow order MinTTL less than or equal to DefaultTTL less than or equal "
        "to MaxTTL",
    ),
    "InvalidTagging": (400, "The tagging specified is not valid."),
    "InvalidViewerCertificate": (
        400,
        "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted certificate "
        "that validates your authorization to use the domain name.",
    ),
    "MalformedInput": (400, "Could not parse the request: a required element is missing or has a wrong type."),
    "MissingBody": (
        400,
        "This operation requires a body. Ensure that the body is present and the Content-Type header is set.",
    ),
    "NoSuchCachePolicy": (404, "The specified cache policy does not exist."),
    "NoSuchCloudFrontOriginAccessIdentity": (
        404,
        "The specified CloudFront origin access identity does not exist.",
    ),
    "NoSuchDistribution": (404, "The specified distribution does not exist."),
    "NoSuchInvalidation": (404, "The specified invalidation does not exist."),
    "NoSuchOrigin": (404, "One or more of your origins or origin groups do not exist."),
    "NoSuchOriginAccessControl": (404, "The specified origin access control does not exist."),
    "NoSuchResource": (404, "The specified resource does not exist."),
    "OriginAccessControlAlreadyExists": (
        409,
        "An origin access control with the same name already exists.",
    ),
    "OriginAccessControlInUse": (
        409,
        "Cannot delete the origin access control because it's in use by one or more distributions.",
    ),
    "PreconditionFailed": (
        412,
        "The request failed because it didn't meet the preconditions in one or more request-header fields.",
    ),
    "TooManyCacheBehaviors": (400, "You cannot create more cache behaviors for the distribution."),
    "TooManyCookiesInCachePolicy": (400, "The number of cookies in the cache policy exceeds the maximum."),
    "TooManyDistributionCNAMEs": (400, "Your request contains more CNAMEs than are allowed per distribution."),
    "TooManyDistributionsWithLambdaAssociations": (
        400,
        "Processing your request would cause the maximum number of distributions with Lambda@Edge function "
        "associations per owner to be exceeded.",
    ),
    "TooManyHeadersInCachePolicy": (400, "The number of headers in the cache policy exceeds the maximum."),
    "TooManyInvalidationsInProgress": (
        400,
        "You have exceeded the maximum number of allowable InProgress invalidation batch requests, or invalidation "
        "objects.",
    ),
    "TooManyLambdaFunctionAssociations": (
        400,
        "Your request contains more Lambda@Edge function associations than are allowed per distribution.",
    ),
    "TooManyOriginCustomHeaders": (400, "Your request contains too many origin custom headers."),
    "TooManyOriginGroupsPerDistribution": (
        400,
        "Processing your request would cause you to exceed the maximum number of origin groups allowed.",
    ),
    "TooManyOrigins": (400, "You cannot create more origins for the distribution."),
    "TooManyQueryStringsInCachePolicy": (400, "The number of query strings in the cache policy exceeds the maximum."),
}


def refusal(code: str, message: str = "") -> AwsError:
    """The error to raise, with AWS's message unless another one is given.

    Raises:
        KeyError: The code is unknown.
    """
    status, text = _TEXTS[code]
    return AwsError(code, message or text, status)


def invalid(message: str) -> AwsError:
    """InvalidArgument, CloudFront's most common error, with a message."""
    return refusal("InvalidArgument", message)


def not_done(what: str) -> AwsError:
    """The error for a feature that the local cloud doesn't implement."""
    return AwsError("NotImplemented", f"The local cloud doesn't implement this: {what}.", 501)
