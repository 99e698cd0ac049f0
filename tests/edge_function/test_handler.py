"""The edge function's decisions; DNS, time and chance are given to it."""

from __future__ import annotations

import copy
import json
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dns.message
import dns.name
import dns.resolver
import dns.rrset
import pytest

from edge_function import handler as edge
from workshop_lib.lambda_edge import MEMORY_SIZE, TIMEOUT

EVENTS = Path(edge.__file__).parent / "events"
NAME = "origin.two-regions.test"
IRELAND = "source-bucket.s3.eu-west-1.amazonaws.com"
SINGAPORE = "destination-bucket.s3.ap-southeast-1.amazonaws.com"
MB_OF_A_PROCESSOR = 1769
"""With so much memory Lambda gives one whole virtual processor (LDG, configuration-memory)."""
CONTEXT = SimpleNamespace(aws_request_id="7f0b5e4a")


def read_event(name: str) -> dict[str, Any]:
    """An event of `edge_function/events/`."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return event


class Edge:
    """One environment of the function, with a DNS, a clock and a die of our own."""

    def __init__(self) -> None:
        self.texts: list[str] = [SINGAPORE]
        self.ttl = 60
        self.error: Exception | None = None
        self.time = 1000.0
        self.asked: list[tuple[str, str | None]] = []
        self.answers: dict[Any, Any] = {}
        self.choose = lambda origins: origins[-1]

    def look_up(self, name: str, nameservers: str | None) -> tuple[list[str], int]:
        self.asked.append((name, nameservers))
        if self.error:
            raise self.error
        return self.texts, self.ttl

    def handle(self, event: Any) -> Any:
        return edge.handler(
            event,
            CONTEXT,
            look_up=self.look_up,
            now=lambda: self.time,
            choose=self.choose,
            answers=self.answers,
        )

    def ask(self, event: dict[str, Any] | None = None) -> str:
        """The bucket that a request goes to."""
        domain_name: str = self.handle(event or read_event("good"))["origin"]["s3"]["domainName"]
        return domain_name


@pytest.fixture
def env() -> Edge:
    """A new environment."""
    return Edge()


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return line


def test_the_request_goes_to_the_bucket_that_dns_names(env: Edge) -> None:
    request = env.handle(read_event("good"))

    assert request["origin"]["s3"]["domainName"] == SINGAPORE
    assert request["origin"]["s3"]["region"] == "ap-southeast-1"
    assert request["headers"]["host"] == [{"key": "Host", "value": SINGAPORE}]
    assert env.asked == [(NAME, None)]


def test_nothing_but_domain_name_region_and_host_changes(env: Edge) -> None:
    expected = read_event("revalidation")["Records"][0]["cf"]["request"]
    expected["origin"]["s3"] |= {"domainName": SINGAPORE, "region": "ap-southeast-1"}
    expected["headers"]["host"] = [{"key": "Host", "value": SINGAPORE}]

    assert env.handle(read_event("revalidation")) == expected


@pytest.mark.parametrize("name", ["no-header", "custom-origin"])
def test_a_request_without_the_header_or_an_s3_origin_is_returned_as_it_came(
    env: Edge, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    event = read_event(name)
    before = copy.deepcopy(event["Records"][0]["cf"]["request"])

    assert env.handle(event) == before
    assert env.asked == []
    assert last_line(capsys)["decision"] == "configured-origin"


def test_the_environment_starts_with_all_that_a_look_up_needs() -> None:
    def answer(nameserver: socket.socket) -> None:
        query, sender = nameserver.recvfrom(512)
        response = dns.message.make_response(dns.message.from_wire(query))
        name = response.question[0].name
        response.answer.append(dns.rrset.from_text(name, 5, "IN", "TXT", f'"{SINGAPORE}"'))
        nameserver.sendto(response.to_wire(), sender)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nameserver, ThreadPoolExecutor(1) as answering:
        nameserver.bind(("127.0.0.1", 0))
        nameserver.settimeout(10)
        answering.submit(answer, nameserver)
        program = (
            "import sys; import edge_function.handler as edge; started_with = set(sys.modules); "
            f"edge.find_resolver('127.0.0.1', edge.find_address).port = {nameserver.getsockname()[1]}; "
            f"print(edge.look_up_txt({NAME!r}, '127.0.0.1')[0], set(sys.modules) - started_with)"
        )
        done = subprocess.run([sys.executable, "-c", program], cwd=EVENTS.parents[1], stdout=subprocess.PIPE, text=True)

    assert done.stdout == f"{[SINGAPORE]} set()\n"


def test_the_answer_is_kept_for_its_ttl(env: Edge) -> None:
    env.ask()
    env.texts, env.time = [IRELAND], env.time + 59.9

    assert env.ask() == SINGAPORE
    assert len(env.asked) == 1


def test_after_its_ttl_the_record_is_asked_again(env: Edge) -> None:
    env.ask()
    env.texts, env.time = [IRELAND], env.time + 60

    assert env.ask() == IRELAND


def test_with_a_ttl_of_zero_every_request_asks(env: Edge) -> None:
    env.ttl = 0
    env.ask()
    env.ask()

    assert len(env.asked) == 2


def test_each_record_name_has_an_answer_of_its_own(env: Edge) -> None:
    env.ask()
    other = read_event("good")
    other["Records"][0]["cf"]["request"]["origin"]["s3"]["customHeaders"]["x-dns-origin"][0]["value"] = "other.test"
    env.texts = [IRELAND]

    assert env.ask(other) == IRELAND
    assert env.ask() == SINGAPORE


def test_the_name_servers_in_the_header_are_asked(env: Edge) -> None:
    env.ask(read_event("name-servers"))

    assert env.asked == [(NAME, "ns-1.awsdns-01.org,ns-2.awsdns-02.com")]


def test_an_allowed_bucket_is_chosen(env: Edge) -> None:
    assert env.ask(read_event("allowed-buckets")) == SINGAPORE


def test_a_bucket_that_is_not_allowed_is_refused(env: Edge, capsys: pytest.CaptureFixture[str]) -> None:
    env.texts = ["somebody-else.s3.eu-west-1.amazonaws.com"]

    assert env.ask(read_event("allowed-buckets")) == IRELAND
    assert last_line(capsys)["reason"] == "'somebody-else' is not an allowed bucket"


@pytest.mark.parametrize("value", ["", " ", ","])
def test_an_empty_list_of_allowed_buckets_allows_none(env: Edge, value: str) -> None:
    event = read_event("allowed-buckets")
    headers = event["Records"][0]["cf"]["request"]["origin"]["s3"]["customHeaders"]
    headers["x-dns-allowed-buckets"][0]["value"] = value

    assert env.ask(event) == IRELAND


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org",
        SINGAPORE.upper(),
        f" {SINGAPORE}",
        f"{SINGAPORE}\n",
        f"{SINGAPORE}.evil.test",
        f"evil.test/{SINGAPORE}",
        "with.dots.s3.eu-west-1.amazonaws.com",
        "ab.s3.eu-west-1.amazonaws.com",
        "-ab.s3.eu-west-1.amazonaws.com",
        "ab_c.s3.eu-west-1.amazonaws.com",
        "bucket.s3.amazonaws.com",
        "bucket.s3-eu-west-1.amazonaws.com",
        "bucket.s3.dualstack.eu-west-1.amazonaws.com",
        "bucket.s3-website-eu-west-1.amazonaws.com",
        "bucket.s3.cn-north-1.amazonaws.com.cn",
        "bucket.s3.eu-west-١.amazonaws.com",
        f"bucket.s3.eu{'-west' * 30}-1.amazonaws.com",
        f"{'b' * 64}.s3.eu-west-1.amazonaws.com",
    ],
)
def test_what_is_no_s3_origin_is_refused(env: Edge, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    env.texts = [text]

    assert env.ask() == IRELAND
    assert last_line(capsys)["decision"] == "refused"


def test_a_refusal_is_kept_for_its_ttl_too(env: Edge) -> None:
    env.texts = ["nonsense"]
    env.ask()
    env.ask()

    assert len(env.asked) == 1


def test_one_of_several_records_is_chosen_by_chance(env: Edge) -> None:
    env.texts, env.ttl = [IRELAND, SINGAPORE], 0
    seen: list[list[str]] = []
    env.choose = lambda origins: (seen.append(origins), origins[len(seen) % 2])[1]

    assert {env.ask(), env.ask()} == {IRELAND, SINGAPORE}
    assert seen[0] == [IRELAND, SINGAPORE]


def test_by_default_chance_is_random() -> None:
    origins = {
        edge.handler(read_event("good"), None, look_up=lambda *_: ([IRELAND, SINGAPORE], 0), answers={})["origin"][
            "s3"
        ]["region"]
        for _ in range(64)  # the odds that one never comes are 2 to the power of -63
    }

    assert origins == {"eu-west-1", "ap-southeast-1"}


def test_records_that_are_no_origin_are_passed_over(env: Edge) -> None:
    env.texts = ["v=spf1 -all", SINGAPORE, "google-site-verification=x"]
    env.choose = lambda origins: origins[0]

    assert env.ask() == SINGAPORE


def test_when_dns_fails_the_last_good_answer_is_kept(env: Edge, capsys: pytest.CaptureFixture[str]) -> None:
    env.ask()
    env.time, env.error = env.time + 60, TimeoutError("silence")

    assert env.ask() == SINGAPORE
    line = last_line(capsys)
    assert (line["decision"], line["reason"]) == ("last-good", "TimeoutError: silence")


def test_the_last_good_answer_is_kept_for_five_minutes_only(env: Edge, capsys: pytest.CaptureFixture[str]) -> None:
    env.ask()
    env.error = TimeoutError("silence")
    env.time += 299
    assert env.ask() == SINGAPORE
    env.time += 6

    assert env.ask() == IRELAND
    assert last_line(capsys)["decision"] == "configured-origin"


def test_a_ttl_longer_than_that_is_honoured(env: Edge) -> None:
    env.ttl = 3600
    env.ask()
    env.error, env.time = TimeoutError("silence"), env.time + 3599

    assert env.ask() == SINGAPORE


def test_while_dns_fails_it_is_asked_every_five_seconds_only(env: Edge) -> None:
    env.error = TimeoutError("silence")
    for _ in range(11):
        env.ask()
        env.time += 1

    assert len(env.asked) == 3


def test_when_dns_answers_again_it_is_followed_again(env: Edge) -> None:
    env.error = TimeoutError("silence")
    env.ask()
    env.error, env.time = None, env.time + 5

    assert env.ask() == SINGAPORE


def test_a_record_that_was_deleted_is_no_trouble_but_an_answer(env: Edge, capsys: pytest.CaptureFixture[str]) -> None:
    env.ask()
    env.texts, env.time = [], env.time + 60

    assert env.ask() == IRELAND
    assert last_line(capsys)["reason"] == "there is no such TXT record"


def find_address(host: str) -> str:
    """Stands for the machine's DNS, which knows `ns-2.test` only."""
    if host == "ns-2.test":
        return "127.0.0.2"
    raise dns.resolver.NXDOMAIN


def test_a_name_server_that_cannot_be_found_does_not_stand_in_the_way_of_the_next() -> None:
    resolver = edge.find_resolver(" ns-1.test, ns-2.test,", find_address)

    assert resolver.nameservers == ["127.0.0.2"]


def test_name_servers_that_cannot_be_found_do_not_mean_that_there_is_no_record() -> None:
    with pytest.raises(dns.resolver.NXDOMAIN):
        edge.look_up_txt(NAME, "ns-1.test,ns-3.test", find_address=find_address)


def test_after_a_look_up_that_failed_the_name_servers_are_looked_for_again() -> None:
    found: list[str] = []

    def find_and_note(host: str) -> str:
        found.append(host)
        return "127.0.0.1"

    for _ in range(2):
        with pytest.raises(dns.name.EmptyLabel):  # fails without a single packet
            edge.look_up_txt("no..name.test", "ns-1.test", find_address=find_and_note)

    assert found == ["ns-1.test", "ns-1.test"]


def test_a_cold_start_ends_long_before_lambda_ends_the_function() -> None:
    processor_seconds_of_a_start = 0.2  # measured by `python -m benchmarks edge_function`
    start = processor_seconds_of_a_start * MB_OF_A_PROCESSOR / MEMORY_SIZE

    assert start + 2 * edge.ADDRESS_SECONDS + edge.LOOKUP_SECONDS < TIMEOUT / 2


def test_every_decision_is_one_line_that_says_why(env: Edge, capsys: pytest.CaptureFixture[str]) -> None:
    env.ask()
    env.ask()

    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["decision"], second["decision"]) == ("dns", "cached")
    assert (first["record"], first["origin"], first["ttl"]) == (NAME, SINGAPORE, 60)
    assert first["request_id"] == second["request_id"] == "7f0b5e4a"
    assert set(first) == set(second)


def test_a_request_that_cannot_be_changed_is_not_half_changed(env: Edge) -> None:
    event = read_event("good")
    event["Records"][0]["cf"]["request"]["headers"] = None
    before = copy.deepcopy(event["Records"][0]["cf"]["request"])

    assert env.handle(event) == before
