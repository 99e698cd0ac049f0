"""The website through the edge, in a browser: it shows which region served it."""

from __future__ import annotations

from typing import Any

import pytest

from workshop_lib import distribution, dns_records, waiting

pytestmark = pytest.mark.browser


def read_answers(page: Any) -> tuple[str, str]:
    """What the page says about itself, once both answers are there."""
    page.wait_for_function("document.querySelectorAll('.served dl > div[data-kind]').length === 2")
    return page.locator("#this-page").inner_text(), page.locator("#next-miss").inner_text()


def test_a_page_says_which_bucket_it_came_from_and_where_a_miss_goes_now(website: Any, page: Any) -> None:
    cloud, names = website.cloud, website.names
    dns_records.put_txt_record(cloud.route53, origin=names.source_origin, **website.record)
    invalidation_id = distribution.create_invalidation(cloud.cloudfront, distribution_id=website.id)
    waiting.wait_until_invalidated(cloud.cloudfront, distribution_id=website.id, invalidation_id=invalidation_id)
    home = cloud.page_url(website.domain_name)
    page.goto(home)
    this_page, next_miss = read_answers(page)
    assert "the source bucket" in this_page
    assert "Ireland" in next_miss

    dns_records.put_txt_record(cloud.route53, origin=names.destination_origin, **website.record)
    page.goto(home)
    this_page, next_miss = read_answers(page)

    assert "the source bucket" in this_page, "the page is still in the cache"
    assert "Hit from cloudfront" in this_page
    assert "Singapore" in next_miss
    assert page.strangers == []


def test_the_pages_can_be_read_without_javascript(website: Any, browser: Any) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()

    page.goto(website.cloud.page_url(website.domain_name, "/timetable.html"))

    assert page.get_by_role("heading", name="Timetable").is_visible()
    assert "switched off here" in page.locator(".served").inner_text()
    page.close()
