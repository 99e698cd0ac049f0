"""From a socket to a `Call`, and back to HTTP.

server             waitress on loopback
strangers          rejects requests that come from other sites
wsgi               between WSGI and `HttpRequest`
gateway            takes a request through all of this
addressing         what a host name means
signatures         reads the signature of a request
verification       verifies it, and finds the caller
signature_v2       S3's older signatures
signature_errors   AWS's errors for wrong signatures
streaming          the `aws-chunked` encoding
parsing            a request as botocore's model describes it
plain_objects      a faster parser for plain object requests
required           what a request must contain
moto_application   calls moto, one operation at a time
control            the control API
"""
