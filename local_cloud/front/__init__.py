"""From a socket to a `Call`, and back to HTTP.

server             waitress on loopback
strangers          who may speak to this machine at all
wsgi               between WSGI and `HttpRequest`
gateway            the way of a request through all of this
addressing         what a host name means
signatures         who asks
streaming          the `aws-chunked` encoding
parsing            a request as botocore's model describes it
plain_objects      the short way for plain object requests
required           what a request must hold
moto_application   moto, asked for one call at a time
control            the control API
"""
