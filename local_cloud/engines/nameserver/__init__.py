"""The nameserver: authoritative for every hosted zone, over UDP and TCP, on loopback.

    query ─► listeners ─► server: wire cache ─ miss ─► answers ─► zones (Route53Service)
                              │                          └─► routing ─► is_healthy (Prober)
                              └─ choose one of the candidates ─► response

    routing    which record sets of a group may answer: by weight, failover and health
    answers    the response to one question, built by dnspython
    server     the cache of ready responses; bad packets
    listeners  the two sockets

Not implemented: zone transfers, ANY, DNSSEC, dynamic update. Unlike Route 53, it adds no NS record sets to the
authority section of an answer, and no addresses to a referral.
"""

from local_cloud.engines.nameserver.answers import Answers, Zones
from local_cloud.engines.nameserver.routing import Candidate, choose_by_weight, find_candidates
from local_cloud.engines.nameserver.server import Nameserver

__all__ = ["Answers", "Candidate", "Nameserver", "Zones", "choose_by_weight", "find_candidates"]
