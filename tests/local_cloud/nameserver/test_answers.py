"""The nameserver's answers, byte for byte, without a socket in between."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import pytest
from dns.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from local_cloud.engines.nameserver import Candidate, Nameserver
from local_cloud.services.route53.zones import HostedZone, Key, RecordSet, Zones

ZONE = dns.name.from_text("two-regions.test.")
SOA = "ns-1.awsdns-00.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"


class OneZone(Zones):
    """A zone to put record sets in, seen as the nameserver sees zones."""

    def __init__(self) -> None:
        super().__init__()
        self.zone = HostedZone("Z1", ZONE, "", "", ("ns-1.awsdns-00.com",), {})
        self.add("two-regions.test.", "SOA", SOA, ttl=900)

    def add(self, name: str, kind: str, *values: str, ttl: int = 60, **members: Any) -> None:
        key: Key = (dns.name.from_text(name), kind, members.get("SetIdentifier", ""))
        record_set: RecordSet = {"Name": name, "Type": kind, "TTL": ttl, **members}
        record_set["ResourceRecords"] = [{"Value": value} for value in values]
        self.zone = replace(self.zone, record_sets={**self.zone.record_sets, key: record_set})
        self.put(self.zone)

    def find_record_sets(self, name: dns.name.Name, kind: str) -> Sequence[RecordSet] | None:
        return self.zone.find_record_sets(name, kind) if name.is_subdomain(ZONE) else None

    def name_exists(self, name: dns.name.Name) -> bool:
        return self.zone.name_exists(name)

    def delegation_of(self, name: dns.name.Name) -> RecordSet | None:
        return self.zone.delegation_of(name) if name.is_subdomain(ZONE) else None

    def zone_of(self, name: dns.name.Name) -> dns.name.Name | None:
        return ZONE if name.is_subdomain(ZONE) else None


class Choice:
    """Chooses what it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.takes = "ie"
        self.asked: list[dict[str, int]] = []

    def __call__(self, candidates: Sequence[Candidate]) -> Candidate:
        self.asked.append({candidate.set_identifier: candidate.weight for candidate in candidates})
        return next(candidate for candidate in candidates if candidate.set_identifier == self.takes)


@pytest.fixture
def zones() -> OneZone:
    return OneZone()


@pytest.fixture
def choice() -> Choice:
    return Choice()


@pytest.fixture
def unhealthy() -> set[str]:
    return set()


@pytest.fixture
def nameserver(zones: OneZone, choice: Choice, unhealthy: set[str]) -> Iterator[Nameserver]:
    nameserver = Nameserver(zones, is_healthy=lambda each: each not in unhealthy, choose=choice)
    yield nameserver
    nameserver.stop()


@pytest.fixture
def ask(nameserver: Nameserver) -> Callable[..., Message]:
    def ask(name: str, kind: str = "TXT", **options: Any) -> Message:
        query = dns.message.make_query(name, kind, **options)
        wire = nameserver.answer(query.to_wire())
        assert wire is not None
        response = dns.message.from_wire(wire)
        assert query.is_response(response)
        return response

    return ask


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[Nameserver]:
    """A nameserver that outlives a test: hypothesis asks it hundreds of times in one."""
    zones = OneZone()
    zones.add("o.two-regions.test.", "TXT", '"x"')
    nameserver = Nameserver(zones, is_healthy=lambda _: True)
    yield nameserver
    nameserver.stop()


def texts(response: Message) -> list[str]:
    return [f"{rrset.name} {rrset.ttl} {rdata}" for rrset in response.answer for rdata in rrset]


def test_a_record_set_is_answered_with_its_ttl_and_authority(zones: OneZone, ask: Any) -> None:
    zones.add("origin.two-regions.test.", "TXT", '"site.s3.eu-west-1.amazonaws.com"', ttl=7)
    response = ask("origin.two-regions.test")
    assert texts(response) == ['origin.two-regions.test. 7 "site.s3.eu-west-1.amazonaws.com"']
    assert response.flags & dns.flags.AA


def test_all_values_of_a_simple_record_set_are_answered(zones: OneZone, ask: Any) -> None:
    zones.add("origin.two-regions.test.", "TXT", '"a"', '"b"')
    assert sorted(texts(ask("origin.two-regions.test"))) == [f'origin.two-regions.test. 60 "{value}"' for value in "ab"]


def test_a_text_may_have_several_strings_and_octal_escapes(zones: OneZone, ask: Any) -> None:
    zones.add("origin.two-regions.test.", "TXT", r'"a \"q\" \344" "b"')
    [rdata] = ask("origin.two-regions.test").answer[0]
    assert rdata.strings == (b'a "q" \xe4', b"b")


def test_a_weighted_group_is_drawn_anew_for_every_query(zones: OneZone, ask: Any, choice: Choice) -> None:
    zones.add("o.two-regions.test.", "TXT", '"ie"', SetIdentifier="ie", Weight=230)
    zones.add("o.two-regions.test.", "TXT", '"sg"', SetIdentifier="sg", Weight=26)
    answers = []
    for choice.takes in ("ie", "sg", "ie"):
        answers += texts(ask("o.two-regions.test"))
    assert answers == [f'o.two-regions.test. 60 "{region}"' for region in ("ie", "sg", "ie")]
    assert choice.asked == [{"ie": 230, "sg": 26}] * 3


def test_nothing_is_drawn_where_there_is_no_choice(zones: OneZone, ask: Any, choice: Choice) -> None:
    zones.add("o.two-regions.test.", "TXT", '"ie"', SetIdentifier="ie", Weight=255)
    zones.add("o.two-regions.test.", "TXT", '"sg"', SetIdentifier="sg", Weight=0)
    assert texts(ask("o.two-regions.test")) == ['o.two-regions.test. 60 "ie"']
    assert choice.asked == []


def test_a_change_of_health_is_answered_once_the_generation_moves(
    zones: OneZone, ask: Any, unhealthy: set[str]
) -> None:
    zones.add("o.two-regions.test.", "TXT", '"ie"', SetIdentifier="ie", Weight=255, HealthCheckId="h1")
    zones.add("o.two-regions.test.", "TXT", '"sg"', SetIdentifier="sg", Weight=0, HealthCheckId="h2")
    before = texts(ask("o.two-regions.test"))
    unhealthy.add("h1")
    zones.put(zones.zone)
    assert (before, texts(ask("o.two-regions.test"))) == (
        ['o.two-regions.test. 60 "ie"'],
        ['o.two-regions.test. 60 "sg"'],
    )


def test_a_changed_record_set_is_answered_at_once(zones: OneZone, ask: Any) -> None:
    zones.add("o.two-regions.test.", "TXT", '"old"')
    ask("o.two-regions.test")
    zones.add("o.two-regions.test.", "TXT", '"new"', ttl=5)
    assert texts(ask("o.two-regions.test")) == ['o.two-regions.test. 5 "new"']


def test_a_cname_is_followed_through_a_weighted_group(zones: OneZone, ask: Any, choice: Choice) -> None:
    zones.add("www.two-regions.test.", "CNAME", "o.two-regions.test.")
    zones.add("o.two-regions.test.", "TXT", '"ie"', SetIdentifier="ie", Weight=1)
    zones.add("o.two-regions.test.", "TXT", '"sg"', SetIdentifier="sg", Weight=1)
    choice.takes = "sg"
    assert texts(ask("www.two-regions.test")) == [
        "www.two-regions.test. 60 o.two-regions.test.",
        'o.two-regions.test. 60 "sg"',
    ]


def test_a_cname_to_elsewhere_is_answered_as_it_is(zones: OneZone, ask: Any) -> None:
    zones.add("www.two-regions.test.", "CNAME", "elsewhere.org.")
    response = ask("www.two-regions.test")
    assert (response.rcode(), len(response.answer)) == (dns.rcode.NOERROR, 1)


def test_a_loop_of_cnames_ends_as_servfail_and_is_no_mistake_of_ours(
    zones: OneZone, ask: Any, caplog: pytest.LogCaptureFixture
) -> None:
    zones.add("a.two-regions.test.", "CNAME", "b.two-regions.test.")
    zones.add("b.two-regions.test.", "CNAME", "a.two-regions.test.")
    assert ask("a.two-regions.test").rcode() == dns.rcode.SERVFAIL
    assert caplog.records == []


def test_a_name_that_is_nowhere_is_nxdomain_with_the_soa(ask: Any) -> None:
    response = ask("nope.two-regions.test")
    assert response.rcode() == dns.rcode.NXDOMAIN
    assert [(rrset.name, rrset.ttl) for rrset in response.authority] == [(ZONE, 900)]


@pytest.mark.parametrize(("name", "kind"), [("a.b.two-regions.test", "A"), ("b.two-regions.test", "TXT")])
def test_a_name_without_that_type_is_no_data_with_the_soa(zones: OneZone, ask: Any, name: str, kind: str) -> None:
    zones.add("a.b.two-regions.test.", "TXT", '"x"')
    response = ask(name, kind)
    assert (response.rcode(), response.answer) == (dns.rcode.NOERROR, [])
    assert response.authority[0].name == ZONE


def test_a_wildcard_answers_under_the_name_that_was_asked(zones: OneZone, ask: Any) -> None:
    zones.add("*.two-regions.test.", "TXT", '"any"')
    assert texts(ask("x.y.two-regions.test")) == ['x.y.two-regions.test. 60 "any"']


def test_a_wildcard_does_not_cover_what_stands_below_an_existing_name(zones: OneZone, ask: Any) -> None:
    zones.add("*.two-regions.test.", "TXT", '"any"')
    zones.add("b.two-regions.test.", "TXT", '"b"')
    assert ask("a.b.two-regions.test").rcode() == dns.rcode.NXDOMAIN


def test_a_name_of_no_zone_is_refused_without_authority(ask: Any) -> None:
    response = ask("example.org")
    assert response.rcode() == dns.rcode.REFUSED
    assert not response.flags & dns.flags.AA


def test_the_letters_of_the_question_come_back_as_they_were_asked(zones: OneZone, ask: Any) -> None:
    zones.add("o.two-regions.test.", "TXT", '"x"')
    assert str(ask("O.Two-Regions.TEST").answer[0].name) == "O.Two-Regions.TEST."


def test_a_response_too_large_for_udp_says_so(zones: OneZone, ask: Any) -> None:
    zones.add("o.two-regions.test.", "TXT", *(f'"{number:0200}"' for number in range(4)))
    response = ask("o.two-regions.test")
    assert response.flags & dns.flags.TC
    assert len(response.to_wire()) <= 512


def test_edns_lets_a_response_be_larger(zones: OneZone, ask: Any) -> None:
    zones.add("o.two-regions.test.", "TXT", *(f'"{number:0200}"' for number in range(4)))
    assert not ask("o.two-regions.test", use_edns=0, payload=1232).flags & dns.flags.TC


def test_an_unknown_version_of_edns_is_told_ours(ask: Any) -> None:
    response = ask("two-regions.test", use_edns=1)
    assert (response.rcode(), response.edns) == (dns.rcode.BADVERS, 0)


@pytest.mark.parametrize("kind", ["ANY", "AXFR", "IXFR"])
def test_zone_transfers_and_any_are_not_implemented(ask: Any, kind: str) -> None:
    assert ask("two-regions.test", kind).rcode() == dns.rcode.NOTIMP


def test_another_class_than_in_is_refused(ask: Any) -> None:
    assert ask("two-regions.test", rdclass="CH").rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize("packet", [b"", b"\x00", b"\x12\x34\x01\x00\x00\x01"])
def test_less_than_a_header_gets_no_answer(nameserver: Nameserver, packet: bytes) -> None:
    assert nameserver.answer(packet) is None


def test_a_response_gets_no_answer_lest_two_servers_talk_for_ever(nameserver: Nameserver) -> None:
    response = dns.message.make_response(dns.message.make_query("two-regions.test", "SOA"))
    assert nameserver.answer(response.to_wire()) is None


@pytest.mark.parametrize("cut", [13, 20, 30])
def test_a_query_cut_short_is_formerr_with_its_id(nameserver: Nameserver, cut: int) -> None:
    query = dns.message.make_query("origin.two-regions.test", "TXT", id=4711)
    answer = nameserver.answer(query.to_wire()[:cut])
    assert answer is not None
    response = dns.message.from_wire(answer)
    assert (response.id, response.rcode()) == (4711, dns.rcode.FORMERR)


def test_our_own_mistake_is_servfail_and_logged(zones: OneZone, ask: Any, caplog: pytest.LogCaptureFixture) -> None:
    zones.add("o.two-regions.test.", "A", "this is no address")
    with caplog.at_level(logging.ERROR, logger="local_cloud"):
        assert ask("o.two-regions.test", "A").rcode() == dns.rcode.SERVFAIL
    assert "No answer to" in caplog.text


def test_a_failover_group_answers_its_secondary_while_the_primary_is_unhealthy(
    zones: OneZone, ask: Any, unhealthy: set[str]
) -> None:
    zones.add("o.two-regions.test.", "TXT", '"ie"', SetIdentifier="p", Failover="PRIMARY", HealthCheckId="h1")
    zones.add("o.two-regions.test.", "TXT", '"sg"', SetIdentifier="s", Failover="SECONDARY")
    unhealthy.add("h1")
    assert texts(ask("o.two-regions.test")) == ['o.two-regions.test. 60 "sg"']


@pytest.mark.parametrize(
    ("name", "kind"),
    [("w.sub.two-regions.test", "A"), ("sub.two-regions.test", "NS"), ("x.deeper.sub.two-regions.test", "A")],
)
def test_what_is_delegated_is_referred_to_its_name_servers(zones: OneZone, ask: Any, name: str, kind: str) -> None:
    zones.add("sub.two-regions.test.", "NS", "ns.elsewhere.org.", ttl=300)
    zones.add("deeper.sub.two-regions.test.", "NS", "ns.other.org.")
    response = ask(name, kind)
    assert (response.rcode(), response.answer, response.flags & dns.flags.AA) == (dns.rcode.NOERROR, [], 0)
    assert [str(rrset) for rrset in response.authority] == ["sub.two-regions.test. 300 IN NS ns.elsewhere.org."]


def test_a_delegated_name_may_have_odd_characters(zones: OneZone, ask: Any) -> None:
    odd = dns.name.Name((b"a*b", *ZONE.labels))
    records = [{"Value": "ns.elsewhere.org."}]
    name_servers = {"Name": r"a\052b.two-regions.test.", "Type": "NS", "TTL": 60, "ResourceRecords": records}
    zones.zone = replace(zones.zone, record_sets={**zones.zone.record_sets, (odd, "NS", ""): name_servers})
    zones.put(zones.zone)
    assert [rrset.name for rrset in ask("a*b.two-regions.test", "A").authority] == [odd]


def test_a_ds_record_set_is_answered_by_the_parent(zones: OneZone, ask: Any) -> None:
    zones.add("sub.two-regions.test.", "NS", "ns.elsewhere.org.")
    zones.add("sub.two-regions.test.", "DS", f"1 8 2 {'ab' * 32}")
    response = ask("sub.two-regions.test", "DS")
    assert (len(response.answer), bool(response.flags & dns.flags.AA)) == (1, True)


def test_the_zones_own_name_servers_are_an_answer_and_no_referral(zones: OneZone, ask: Any) -> None:
    zones.add("two-regions.test.", "NS", "ns-1.awsdns-00.com.")
    assert texts(ask("two-regions.test", "NS")) == ["two-regions.test. 60 ns-1.awsdns-00.com."]


def test_a_type_that_nobody_knows_is_no_data(zones: OneZone, ask: Any) -> None:
    zones.add("o.two-regions.test.", "TXT", '"x"')
    response = ask("o.two-regions.test", "TYPE65280")
    assert (response.rcode(), response.answer) == (dns.rcode.NOERROR, [])


def test_two_questions_at_once_are_formerr(nameserver: Nameserver) -> None:
    query = dns.message.make_query("o.two-regions.test", "TXT", id=4711)
    query.question.append(query.question[0])
    answer = nameserver.answer(query.to_wire())
    assert answer is not None
    assert dns.message.from_wire(answer).rcode() == dns.rcode.FORMERR


@pytest.mark.parametrize("opcode", [dns.opcode.STATUS, dns.opcode.NOTIFY, dns.opcode.UPDATE])
def test_what_is_no_query_is_not_implemented(nameserver: Nameserver, opcode: dns.opcode.Opcode) -> None:
    query = dns.message.make_query("two-regions.test", "SOA")
    query.set_opcode(opcode)
    answer = nameserver.answer(query.to_wire())
    assert answer is not None
    assert answer[3] & 0x0F == dns.rcode.NOTIMP


def test_a_long_question_is_answered_and_not_kept(nameserver: Nameserver) -> None:
    query = dns.message.make_query("two-regions.test", "SOA", use_edns=0, pad=1024)
    answer = nameserver.answer(query.to_wire())
    assert answer is not None
    assert dns.message.from_wire(answer).answer
    assert nameserver._cache[1] == {}


BYTES = st.binary(min_size=10, max_size=80)


@given(st.binary(max_size=80) | BYTES.map(lambda rest: b"\x12\x34" + rest))
@settings(derandomize=True, max_examples=150, deadline=None)
def test_no_packet_whatever_makes_it_fail(fuzzed: Nameserver, packet: bytes) -> None:
    answer = fuzzed.answer(packet)
    assert answer is None or (answer[:2] == packet[:2] and answer[3] & 0x0F != dns.rcode.SERVFAIL)


@given(st.integers(0, 44), st.integers(0, 255))
@settings(derandomize=True, max_examples=150, deadline=None)
def test_no_byte_wrong_in_a_good_query_makes_it_fail(fuzzed: Nameserver, position: int, byte: int) -> None:
    packet = bytearray(dns.message.make_query("o.two-regions.test", "TXT", use_edns=0, id=1).to_wire())
    packet[position % len(packet)] = byte
    answer = fuzzed.answer(bytes(packet))
    assert answer is None or answer[3] & 0x0F != dns.rcode.SERVFAIL
