"""What a learner sees in a browser.

Notebooks in a real JupyterLab: cells run, diagrams are pictures, pickers change what the next cell does. The website
through the edge: it shows which region served it. All in one module, because the browser's driver keeps an event loop
running in this thread until its fixture, which is the module's, ends; tests elsewhere run loops of their own.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.lab import Notebook, serve_folder, strip_colours
from workshop_lib import distribution, dns_records, waiting

pytestmark = pytest.mark.browser


def assert_all_is_well(notebook: Notebook) -> None:
    """Every code cell ran, none failed, the diagram is a picture, nothing popped up, and no other machine was asked."""
    notebook.shown.locator(".jp-RenderedMermaid img").wait_for()

    assert notebook.errors() == []
    assert [cell["id"] for cell in notebook.cells() if not cell["count"]] == []
    assert notebook.shown.locator(".jp-RenderedMermaid.jp-mod-warning").count() == 0
    assert notebook.page.locator(".Toastify__toast").all_inner_texts() == []
    assert notebook.page.strangers == []
    assert notebook.page.complaints == []


def test_start_here_runs_and_its_pickers_are_heard(lab: Any) -> None:
    notebook = Notebook(lab, "00_start_here.ipynb")
    notebook.run_all()
    assert_all_is_well(notebook)
    bucket = notebook.shown.get_by_label("Source bucket")
    bucket.fill("two-regions-grace")
    notebook.shown.get_by_text("Press Enter to see whether it is free.").wait_for()
    bucket.press("Enter")
    notebook.shown.get_by_text("(17 of 63 characters). It is free.").wait_for()
    name = notebook.shown.get_by_label("Your name")

    name.fill("grace")
    assert "grace" in notebook.run("learner-is-valid")

    name.fill("Grace Hopper")
    notebook.shown.get_by_text("✘ The learner name 'Grace Hopper'").wait_for()
    notebook.run("learner-is-valid")
    assert "InvalidName" in strip_colours("\n".join(notebook.errors()))


def test_the_weights_picker_moves_the_traffic(lab: Any, website: Any) -> None:
    notebook = Notebook(lab, "04_shift_the_traffic.ipynb")
    few = "weights, ttl, requests = [70, 30], 0, 60\nswitch_ttl, guess_seconds, guess_failed = 1, 2, 0"
    notebook.write("parameters", few)
    notebook.run_all()
    assert_all_is_well(notebook)
    assert notebook.shown.locator(".jp-OutputArea-output img[alt]").count() >= 5  # charts
    for slider, weight in ((0, 0), (1, 255)):
        readout = notebook.shown.locator(".widget-readout").nth(slider)
        readout.fill(str(weight))
        readout.press("Enter")
    notebook.shown.get_by_text("ap-southeast-1 100.0%").wait_for()

    notebook.run("put-weights")

    assert "ap-southeast-1: expected 100.0%, observed 100.0%" in notebook.run("count")


def read_answers(page: Any) -> tuple[str, str]:
    """What the page says about itself, once both answers are there."""
    page.wait_for_function("document.querySelectorAll('.served dl > div[data-kind]').length === 2")
    return page.locator("#this-page").inner_text(), page.locator("#next-miss").inner_text()


def test_a_page_says_which_bucket_it_came_from_and_where_a_miss_goes_now(website: Any, page: Any) -> None:
    cloud, names = website.cloud, website.names
    dns_records.put_txt_record(
        cloud.route53, origin=names.source_origin, replaces=[names.destination_origin], **website.record
    )
    invalidation_id = distribution.create_invalidation(cloud.cloudfront, distribution_id=website.id)
    waiting.wait_until_invalidated(cloud.cloudfront, distribution_id=website.id, invalidation_id=invalidation_id)
    home = cloud.page_url(website.domain_name)
    page.goto(home)
    this_page, next_miss = read_answers(page)
    assert "the source bucket" in this_page
    assert "Ireland" in next_miss

    dns_records.put_txt_record(
        cloud.route53, origin=names.destination_origin, replaces=[names.source_origin], **website.record
    )
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


DRIVE = """async control => {
    const frame = document.createElement('iframe')
    frame.src = control + '/health'
    document.body.append(frame)
    const form = Object.assign(document.createElement('form'), {method: 'post', action: control + '/reset'})
    const hidden = Object.assign(document.createElement('iframe'), {name: 'hidden'})
    form.target = 'hidden'
    document.body.append(hidden, form)
    form.submit()
    navigator.sendBeacon(control + '/reset')
    const tries = [
        fetch(control + '/reset', {mode: 'no-cors', method: 'POST'}),
        fetch(control + '/reset', {method: 'POST'}),
        fetch(control + '/environment'),
        fetch(control + '/stop', {mode: 'no-cors', method: 'POST', credentials: 'include'}),
        new Promise(done => {
            const image = new Image()
            image.onerror = image.onload = done
            image.src = control + '/calls'
        }),
        new Promise(done => { frame.onload = done }),
    ]
    const ends = await Promise.allSettled(tries)
    return ends.map(end => end.value instanceof Response ? end.value.type + ' ' + end.value.status : end.status)
}"""
"""Each way in which a page can send a request. Returns what the page learnt."""


@pytest.mark.parametrize("place", ["the edge", "the gateway itself", "another port"])
def test_no_page_of_this_machine_can_drive_the_cloud(website: Any, page: Any, tmp_path: Any, place: str) -> None:
    cloud, names = website.cloud, website.names
    where = {"Bucket": names.source_bucket, "Key": "index.html"}
    presigned = cloud.s3(names.source_region).generate_presigned_url("get_object", Params=where)
    answers: list[tuple[str, int]] = []
    page.on("response", lambda response: answers.append((urlsplit(response.url).path, response.status)))
    with serve_folder(tmp_path) as other:
        home = cloud.page_url(website.domain_name)
        page.goto({"the edge": home, "the gateway itself": presigned, "another port": other}[place])

        learnt = page.evaluate(DRIVE, cloud.environment["WORKSHOP_CONTROL_URL"])

    control = {answer for answer in answers if answer[0].startswith("/_local_cloud/")}
    control -= {("/_local_cloud/health", 200)} if place == "the gateway itself" else set()
    assert "basic 200" not in learnt
    assert {status for _, status in control} == {403}
    assert ("/_local_cloud/reset", 403) in control
    assert cloud.s3(names.source_region).head_object(Bucket=names.source_bucket, Key="index.html")


def test_a_notebook_may_frame_the_website(website: Any, page: Any, tmp_path: Any) -> None:
    home = website.cloud.page_url(website.domain_name)
    (tmp_path / "index.html").write_text(f"<iframe src='{home}' width='900' height='600'></iframe>", encoding="utf-8")
    with serve_folder(tmp_path) as notebook:
        page.goto(notebook)

        page.frame_locator("iframe").locator(".served").wait_for()
