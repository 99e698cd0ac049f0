"""The edge towards viewers: which distribution answers, what is kept and forgotten, what X-Cache and Age say."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from local_cloud.call import Asker
from tests.kits.cloudfront import minimal_behavior, minimal_origin
from tests.kits.edge import DISABLED, IRELAND, OPTIMIZED, SINGAPORE, EdgeKit, own_policy, running_edge

MISS, HIT = "Miss from cloudfront", "Hit from cloudfront"
ERROR = "Error from cloudfront"


@pytest.fixture
def edge() -> Iterator[EdgeKit]:
    """An edge in front of buckets that are dictionaries, at a time that stands still."""
    with running_edge() as edge:
        yield edge


def x_caches(edge: EdgeKit, path: str, times: int = 2, **headers: str) -> list[str]:
    """What X-Cache says to several requests in a row."""
    return [edge.get(path, **headers).x_cache for _ in range(times)]


def test_a_page_is_missed_then_hit(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page.html", "hello")

    first, second = edge.get("/page.html"), edge.get("/page.html")

    assert (first.status, first.text, first.x_cache) == (200, "hello", MISS)
    assert (second.status, second.text, second.x_cache) == (200, "hello", HIT)
    assert len(edge.buckets.asked) == 1


def test_the_answer_names_the_edge(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page.html", "hello")

    headers = edge.get("/page.html").headers

    assert headers["Via"] == f"1.1 {edge.domain_name} (CloudFront)"
    assert len(headers["X-Amz-Cf-Id"]) == 56
    assert headers["X-Amz-Cf-Pop"]
    assert headers["Server"] == "AmazonS3"
    assert headers["Age"] is None


def test_age_counts_the_seconds_since_the_origin_was_asked(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page.html", "hello")
    edge.get("/page.html")

    edge.cloudfront.time.pass_by(42)

    assert edge.get("/page.html").headers["Age"] == "42"


def test_the_default_root_object_is_served_at_the_root(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/index.html", "home")

    assert edge.get("/").text == "home"


def test_a_distribution_also_answers_at_its_local_name_with_a_port(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/index.html", "home")
    local = edge.domain_name.replace(".net", ".localhost") + ":8080"

    assert edge.get("/", host=local).text == "home"


def test_an_alias_answers(edge: EdgeKit) -> None:
    certificate = {"ACMCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1"}
    edge.create(Aliases={"Quantity": 1, "Items": ["www.two-regions.test"]}, ViewerCertificate=certificate)
    edge.buckets.put("/index.html", "home")

    assert edge.get("/", host="WWW.two-regions.test").text == "home"


def test_an_unknown_host_name_is_refused(edge: EdgeKit) -> None:
    answer = edge.get("/", host="d000000000000.cloudfront.net")

    assert (answer.status, answer.x_cache) == (403, ERROR)
    assert "No distribution answers at this host name" in answer.text


def test_a_disabled_distribution_is_refused(edge: EdgeKit) -> None:
    edge.create(Enabled=False)

    assert edge.get("/").status == 403


def test_a_distribution_does_not_answer_before_it_is_deployed(edge: EdgeKit) -> None:
    edge.create(deployed=False)
    edge.buckets.put("/index.html", "home")

    answer = edge.get("/")

    assert answer.status == 503
    assert "Wait until its Status is Deployed" in answer.text


def test_an_update_is_served_once_it_is_deployed(edge: EdgeKit) -> None:
    distribution_id = edge.create()
    edge.buckets.put("/index.html", "home")
    edge.buckets.put("/new.html", "new")
    client = edge.cloudfront.client
    held = client.get_distribution_config(Id=distribution_id)
    config = held["DistributionConfig"] | {"DefaultRootObject": "new.html"}
    client.update_distribution(Id=distribution_id, IfMatch=held["ETag"], DistributionConfig=config)
    before = edge.get("/").text

    edge.cloudfront.deploy()

    assert (before, edge.get("/").text) == ("home", "new")


def test_a_method_that_is_not_allowed_is_refused(edge: EdgeKit) -> None:
    edge.create()

    answer = edge.get("/", method="POST")

    assert (answer.status, answer.x_cache) == (403, ERROR)


def test_the_first_behavior_whose_path_pattern_matches_counts(edge: EdgeKit) -> None:
    behaviors = [
        minimal_behavior(PathPattern="region.json", CachePolicyId=DISABLED),
        minimal_behavior(PathPattern="*.json"),
    ]
    edge.create(CacheBehaviors={"Quantity": 2, "Items": behaviors})
    edge.buckets.put("/region.json", "{}")
    edge.buckets.put("/other.json", "{}")

    assert x_caches(edge, "/region.json") == [MISS, MISS]
    assert x_caches(edge, "/other.json") == [MISS, HIT]


def test_query_strings_do_not_count_under_caching_optimized(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page.html", "hello")
    edge.get("/page.html?a=1")

    assert edge.get("/page.html?a=2").x_cache == HIT
    assert edge.buckets.asked[0].query == ""


def test_only_listed_query_strings_count(edge: EdgeKit) -> None:
    listed = {"QueryStringBehavior": "whitelist", "QueryStrings": {"Quantity": 1, "Items": ["page"]}}
    edge.create(DefaultCacheBehavior=own_policy(edge, QueryStringsConfig=listed))
    edge.buckets.put("/list", "hello")
    edge.get("/list?page=1&seen=yes")

    assert edge.get("/list?page=1").x_cache == HIT
    assert edge.get("/list?page=2").x_cache == MISS
    assert edge.buckets.asked[0].query == "page=1"


def test_listed_headers_and_cookies_count_and_are_sent_on(edge: EdgeKit) -> None:
    headers = {"HeaderBehavior": "whitelist", "Headers": {"Quantity": 1, "Items": ["X-Lang"]}}
    cookies = {"CookieBehavior": "whitelist", "Cookies": {"Quantity": 1, "Items": ["group"]}}
    edge.create(DefaultCacheBehavior=own_policy(edge, HeadersConfig=headers, CookiesConfig=cookies))
    edge.buckets.put("/page", "hello")
    edge.get("/page", X_Lang="en", Cookie="group=a; seen=1")

    assert edge.get("/page", X_Lang="en", Cookie="group=a").x_cache == HIT
    assert edge.get("/page", X_Lang="ga", Cookie="group=a").x_cache == MISS
    assert edge.get("/page", X_Lang="en", Cookie="group=b").x_cache == MISS
    assert (edge.buckets.asked[0].headers["x-lang"], edge.buckets.asked[0].headers["cookie"]) == ("en", "group=a")


def test_accept_encoding_is_normalised(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page", "hello")
    edge.get("/page", Accept_Encoding="gzip, deflate, br;q=0.9")

    assert edge.get("/page", Accept_Encoding="br, gzip").x_cache == HIT
    assert edge.get("/page", Accept_Encoding="gzip").x_cache == MISS
    assert edge.buckets.asked[0].headers["accept-encoding"] == "br,gzip"


def test_a_custom_error_response_replaces_an_error(edge: EdgeKit) -> None:
    item = {"ErrorCode": 404, "ResponsePagePath": "/sorry.html", "ResponseCode": "200", "ErrorCachingMinTTL": 30}
    edge.create(CustomErrorResponses={"Quantity": 1, "Items": [item]})
    edge.buckets.put("/sorry.html", "sorry")
    edge.buckets.fail("/missing", 404)
    first = edge.get("/missing")
    edge.buckets.put("/missing", "found")

    edge.cloudfront.time.pass_by(29)

    assert (first.status, first.text, first.x_cache) == (200, "sorry", ERROR)
    assert edge.get("/missing").text == "sorry"


def test_where_the_page_for_an_error_is_missing_the_viewer_gets_the_status_of_that(edge: EdgeKit) -> None:
    item = {"ErrorCode": 403, "ResponsePagePath": "/sorry.html", "ResponseCode": "200", "ErrorCachingMinTTL": 30}
    edge.create(CustomErrorResponses={"Quantity": 1, "Items": [item]})
    edge.buckets.fail("/sorry.html", 404)

    assert edge.get("/missing").status == 404


def test_an_invalidation_forgets_the_paths_it_names_and_no_others(edge: EdgeKit) -> None:
    distribution_id = edge.create()
    for path in ("/a/1", "/a/2", "/b"):
        edge.buckets.put(path, "hello")
        edge.get(path)

    edge.invalidate(distribution_id, "/a/*")

    assert [edge.get(path).x_cache for path in ("/a/1", "/a/2", "/b")] == [MISS, MISS, HIT]


@pytest.mark.parametrize(
    ("path", "forgotten"),
    [("/page", ["/page"]), ("/page?a=1", ["/page?a=1"]), ("/page*", ["/page", "/page?a=1", "/page?a=2"])],
)
def test_a_query_string_that_counts_belongs_to_the_path_that_is_invalidated(
    edge: EdgeKit, path: str, forgotten: list[str]
) -> None:
    distribution_id = edge.create(
        DefaultCacheBehavior=own_policy(edge, QueryStringsConfig={"QueryStringBehavior": "all"})
    )
    edge.buckets.put("/page", "hello")
    asked = ["/page", "/page?a=1", "/page?a=2"]
    for each in asked:
        edge.get(each)

    edge.invalidate(distribution_id, path)

    assert [each for each in asked if edge.get(each).x_cache == MISS] == forgotten


def test_a_query_string_that_does_not_count_is_no_part_of_the_path_that_is_invalidated(edge: EdgeKit) -> None:
    names = {"QueryStringBehavior": "whitelist", "QueryStrings": {"Quantity": 1, "Items": ["lang"]}}
    distribution_id = edge.create(DefaultCacheBehavior=own_policy(edge, QueryStringsConfig=names))
    edge.buckets.put("/page", "hello")
    edge.get("/page?a=1")

    edge.invalidate(distribution_id, "/page")

    assert edge.get("/page?a=1").x_cache == MISS


def test_an_invalidation_also_holds_for_what_is_on_its_way(edge: EdgeKit) -> None:
    distribution_id = edge.create()
    edge.buckets.put("/page", "old")
    edge.buckets.gate = threading.Event()

    with ThreadPoolExecutor(1) as pool:
        on_its_way = pool.submit(edge.get, "/page")
        edge.buckets.was_asked.wait(5)
        edge.invalidate(distribution_id, "/page")
        edge.buckets.gate.set()
        assert on_its_way.result().text == "old"

    assert edge.get("/page").x_cache == MISS


def test_requests_at_the_same_time_share_one_request_to_the_origin(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page", "hello")
    edge.buckets.gate = threading.Event()

    with ThreadPoolExecutor(5) as pool:
        answers = [pool.submit(edge.get, "/page") for _ in range(5)]
        threading.Timer(0.2, edge.buckets.gate.set).start()
        texts = [answer.result().text for answer in answers]

    assert texts == ["hello"] * 5
    assert len(edge.buckets.asked) == 1


def test_requests_are_not_shared_where_caching_is_disabled(edge: EdgeKit) -> None:
    edge.create(DefaultCacheBehavior=minimal_behavior(CachePolicyId=DISABLED))
    edge.buckets.put("/page", "hello")
    edge.buckets.gate = threading.Event()

    with ThreadPoolExecutor(5) as pool:
        answers = [pool.submit(edge.get, "/page") for _ in range(5)]
        threading.Timer(0.2, edge.buckets.gate.set).start()
        assert [answer.result().x_cache for answer in answers] == [MISS] * 5

    assert len(edge.buckets.asked) == 5


def test_head_is_answered_without_a_body_and_kept(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page", "hello", Content_Length="5")

    first, second = edge.get("/page", method="HEAD"), edge.get("/page", method="HEAD")

    assert (first.body, first.headers["Content-Length"], first.x_cache) == (b"", "5", MISS)
    assert (second.body, second.headers["Content-Length"], second.x_cache) == (b"", "5", HIT)
    assert edge.get("/page").text == "hello"


def test_a_viewer_that_has_the_page_is_told_so(edge: EdgeKit) -> None:
    edge.create()
    edge.buckets.put("/page", "hello", ETag='"1"')
    edge.get("/page")

    answer = edge.get("/page", If_None_Match='"0", W/"1"')

    assert (answer.status, answer.body, answer.x_cache) == (304, b"", HIT)


@pytest.mark.parametrize(
    ("wanted", "status", "body"),
    [
        ("bytes=1-2", 206, "el"),
        ("bytes=3-", 206, "lo"),
        ("bytes=-1", 206, "o"),
        ("bytes=9-", 416, ""),
        ("lines=1-2", 200, "hello"),
    ],
)
def test_a_viewer_gets_the_part_it_asks_for(edge: EdgeKit, wanted: str, status: int, body: str) -> None:
    edge.create()
    edge.buckets.put("/page", "hello")

    answer = edge.get("/page", Range=wanted)

    assert (answer.status, answer.text) == (status, body)
    assert "range" not in edge.buckets.asked[0].headers


def test_an_origin_group_asks_the_second_origin_when_the_first_fails(edge: EdgeKit) -> None:
    origins = [minimal_origin(), minimal_origin(Id="twin", DomainName=SINGAPORE)]
    members = {"Quantity": 2, "Items": [{"OriginId": "source"}, {"OriginId": "twin"}]}
    codes = {"StatusCodes": {"Quantity": 2, "Items": [500, 503]}}
    groups = {"Quantity": 1, "Items": [{"Id": "both", "FailoverCriteria": codes, "Members": members}]}
    edge.create(
        Origins={"Quantity": 2, "Items": origins},
        OriginGroups=groups,
        DefaultCacheBehavior=minimal_behavior(TargetOriginId="both"),
    )
    edge.buckets.fail("/page", 503)
    edge.buckets.put("/page", "from the twin", host=SINGAPORE)

    assert edge.get("/page").text == "from the twin"
    assert [asked.host for asked in edge.buckets.asked] == [IRELAND, SINGAPORE]


def test_the_origin_access_identity_is_who_asks(edge: EdgeKit) -> None:
    origin = edge.private_origin()
    edge.create(Origins={"Quantity": 1, "Items": [origin]})
    edge.buckets.put("/page", "hello")

    edge.get("/page")

    identity = origin["S3OriginConfig"]["OriginAccessIdentity"].rpartition("/")[2]
    principal = f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {identity}"
    assert edge.buckets.askers[0].principal == principal


def test_with_an_origin_access_control_the_distribution_asks(edge: EdgeKit) -> None:
    config = {"Name": "site", "SigningProtocol": "sigv4", "SigningBehavior": "always"}
    control = edge.cloudfront.client.create_origin_access_control(
        OriginAccessControlConfig=config | {"OriginAccessControlOriginType": "s3"}
    )["OriginAccessControl"]["Id"]
    distribution_id = edge.create(Origins={"Quantity": 1, "Items": [minimal_origin(OriginAccessControlId=control)]})
    edge.buckets.put("/page", "hello")

    edge.get("/page")

    arn = f"arn:aws:cloudfront::123456789012:distribution/{distribution_id}"
    assert edge.buckets.askers == [Asker("cloudfront.amazonaws.com", source_arn=arn)]


def test_a_public_bucket_is_asked_by_no_one_in_particular(edge: EdgeKit) -> None:
    edge.create()

    edge.get("/page")

    assert edge.buckets.askers[0].principal is None


def test_the_origin_path_is_put_before_the_uri(edge: EdgeKit) -> None:
    edge.create(Origins={"Quantity": 1, "Items": [minimal_origin(OriginPath="/site")]})
    edge.buckets.put("/site/a%20page", "hello")

    assert edge.get("/a%20page").text == "hello"


def test_a_distribution_keeps_nothing_of_another(edge: EdgeKit) -> None:
    edge.create(reference="one")
    edge.buckets.put("/page", "hello")
    edge.get("/page")

    edge.create(reference="two")

    assert edge.get("/page").x_cache == MISS


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://two-regions.test/page?a=1", 200),
        ("*", 400),
        ("/%zz%00", 403),
        ("//page", 403),
        ("/" + "a" * 5000, 403),
        ("/?" + "&=" * 500, 403),
    ],
)
def test_odd_targets_do_no_harm(edge: EdgeKit, target: str, status: int) -> None:
    edge.create()
    edge.buckets.put("/page", "hello")

    answer = edge.get(target)

    assert (answer.status, edge.get("/page").text) == (status, "hello")


def test_an_edge_that_fails_inside_says_so_in_a_page(edge: EdgeKit, caplog: pytest.LogCaptureFixture) -> None:
    edge.create(DefaultCacheBehavior=minimal_behavior(CachePolicyId=DISABLED))
    del edge.buckets.objects

    answer = edge.get("/page")

    assert (answer.status, answer.x_cache) == (500, ERROR)
    assert "Internal error" in answer.text
    assert "AttributeError" in caplog.text


def test_caching_optimized_is_what_it_says(edge: EdgeKit) -> None:
    edge.create(DefaultCacheBehavior=minimal_behavior(CachePolicyId=OPTIMIZED))
    edge.buckets.put("/page", "hello")
    edge.get("/page")

    edge.cloudfront.time.pass_by(86399)

    assert edge.get("/page").x_cache == HIT
