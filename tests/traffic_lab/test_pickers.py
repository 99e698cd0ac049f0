"""Pickers hold a choice, start where the notebook's parameter says, and repeat AWS's reasons."""

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from traffic_lab import pickers
from workshop_lib import widgets
from workshop_lib.errors import FaultRefused, InvalidName, InvalidNumber
from workshop_lib.names import S3Origin

IRELAND = S3Origin("two-regions-ada-eu-west-1", "eu-west-1")
SINGAPORE = S3Origin("two-regions-ada-ap-southeast-1", "ap-southeast-1")


def s3_that_answers(status):
    """An S3 client to which every bucket answers with this HTTP status."""

    def head_bucket(*, Bucket):  # noqa: N803 (AWS's own spelling)
        if status >= 400:
            raise ClientError({"Error": {"Code": str(status)}, "ResponseMetadata": {"HTTPStatusCode": status}}, Bucket)

    return SimpleNamespace(head_bucket=head_bucket)


def test_a_picker_starts_at_the_value_it_is_given():
    assert widgets.learner_picker("ada").value == "ada"


def test_a_picker_holds_what_was_typed():
    picker = widgets.bucket_picker("my-first-bucket")

    picker.children[0].value = "my-second-bucket"

    assert picker.value == "my-second-bucket"


def test_the_reason_of_a_refusal_is_on_the_screen():
    picker = widgets.bucket_picker("my-bucket")

    picker.children[0].value = "My<Bucket>"

    assert picker.verdict.value.startswith("<strong>✘ ")
    assert "My&lt;Bucket&gt;" in picker.verdict.value
    assert "lowercase" in picker.verdict.value


def test_an_invalid_choice_cannot_be_read():
    picker = widgets.learner_picker("Ada Lovelace")

    with pytest.raises(InvalidName, match="lowercase"):
        _ = picker.value


def test_the_refusal_goes_away_when_the_choice_is_mended():
    picker = widgets.learner_picker("Ada Lovelace")

    picker.children[0].value = "ada-lovelace"

    assert picker.verdict.value == "<span>✔ Your bucket names will contain ada-lovelace.</span>"


@pytest.mark.parametrize(
    ("status", "verdict"), [(200, "It is already yours"), (404, "It is free"), (503, "free or taken")]
)
def test_a_bucket_picker_says_whether_the_name_is_free(status, verdict):
    picker = widgets.bucket_picker("my-bucket", s3=s3_that_answers(status))

    assert verdict in picker.verdict.value
    assert picker.value == "my-bucket"


def test_s3_is_asked_when_the_name_is_written_and_not_on_every_key():
    asked = []
    picker = widgets.bucket_picker("my-bucket", s3=SimpleNamespace(head_bucket=lambda Bucket: asked.append(Bucket)))  # noqa: N803
    field = picker.children[0]

    for typed in ("my-bucket-", "my-bucket-t", "my-bucket-tw"):
        field.value = typed

    assert asked == ["my-bucket"], "only where the picker began"
    assert "Press Enter to see whether it is free" in picker.verdict.value
    field._handle_custom_msg({"event": "submit"}, [])  # what the Enter key sends
    assert asked == ["my-bucket", "my-bucket-tw"]
    assert "It is already yours" in picker.verdict.value


def test_the_rules_are_judged_on_every_key():
    picker = widgets.bucket_picker("my-bucket", s3=s3_that_answers(404))

    picker.children[0].value = "My-bucket"

    assert picker.verdict.value.startswith("<strong>✘ ")


def test_reading_the_value_shows_what_s3_said_of_it():
    picker = widgets.bucket_picker("my-bucket", s3=s3_that_answers(404))
    picker.children[0].value = "my-other-bucket"

    assert picker.value == "my-other-bucket"
    assert "It is free." in picker.verdict.value


def test_a_bucket_of_someone_else_cannot_be_chosen():
    picker = widgets.bucket_picker("my-bucket", s3=s3_that_answers(403))

    with pytest.raises(InvalidName, match="another account"):
        _ = picker.value


def test_a_region_that_is_not_in_the_list_can_be_the_start():
    assert widgets.region_picker("eu-south-2").value == "eu-south-2"


@pytest.mark.parametrize("written", [[70, 30], (70, 30), "70,30", "70 30", "70:30", "[70, 30]", ["70", "30"], "70/30"])
def test_weights_are_read_as_people_write_them(written):
    assert pickers.parse_weights(written) == (70, 30)


@pytest.mark.parametrize("written", ["256,0", "-1,0", "a,b", "90", "1,2,3", [0.5, 0.5], 90, "", None, [True, False]])
def test_what_route_53_would_not_take_as_weights_is_refused(written):
    with pytest.raises(InvalidNumber, match=r"is not a weight|holds \d weights"):
        pickers.parse_weights(written)


def test_the_weights_are_what_a_record_set_needs():
    picker = pickers.weights_picker("230,26", origins=[IRELAND, SINGAPORE])

    picker.sliders[1].value = 255

    assert picker.value == {IRELAND: 230, SINGAPORE: 255}
    assert picker.by_region == {"eu-west-1": 230, "ap-southeast-1": 255}


def test_weights_are_shown_as_shares():
    picker = pickers.weights_picker([230, 26], origins=[IRELAND, SINGAPORE])

    assert "eu-west-1 89.8%, ap-southeast-1 10.2%" in picker.verdict.value


def test_weights_of_zero_everywhere_are_explained():
    assert "equally often" in pickers.weights_picker([0, 0], origins=[IRELAND, SINGAPORE]).verdict.value


def test_a_picker_can_be_read_where_no_widgets_are_drawn():
    assert repr(widgets.learner_picker("ada")) == "Your name: ada"
    assert repr(pickers.weights_picker([70, 30], origins=[IRELAND, SINGAPORE])) == "eu-west-1: 70, ap-southeast-1: 30"


def test_a_hypothesis_is_said_as_a_sentence_and_kept_as_numbers():
    picker = pickers.hypothesis_picker(seconds=30, failed=0)

    picker.children[0].value = 12.5
    picker.children[1].value = 20

    assert picker.value == (12.5, 20)
    assert picker.value.seconds == 12.5
    assert "all of Ireland&#x27;s share moves within 12.5 seconds, and at most 20 requests" in picker.verdict.value


@pytest.mark.parametrize("field", [0, 1])
def test_nothing_moves_before_it_began_and_fewer_than_no_requests_cannot_fail(field):
    picker = pickers.hypothesis_picker(seconds=30, failed=5)

    picker.children[field].value = -1

    assert picker.value[field] == 0


AWS = SimpleNamespace(control_url=None)


def test_a_fault_without_a_region_is_picked_without_one():
    picker = pickers.fault_picker(AWS, kind="s3-slow", region="ap-southeast-1", seconds=30)
    assert picker.value == {"kind": "s3-slow", "region": "ap-southeast-1", "seconds": 30}

    picker.kind.value = "dns-silent"

    assert picker.value == {"kind": "dns-silent", "region": None, "seconds": 30}
    assert "The name servers don&#x27;t answer, for 30 seconds" in picker.verdict.value


@pytest.mark.parametrize("button", ["cause_button", "end_button"])
def test_on_aws_the_buttons_say_what_to_do_instead(button):
    picker = pickers.fault_picker(AWS)

    getattr(picker, button).click()

    assert picker.result.value.startswith("<strong>✘ Faults exist in the local cloud only")
    assert "invert_health_check" in picker.result.value


def test_a_picker_starts_at_a_kind_that_there_is():
    with pytest.raises(FaultRefused, match="not a kind of fault"):
        pickers.fault_picker(AWS, kind="fire")


def test_a_fault_picker_can_be_read_where_no_widgets_are_drawn():
    assert repr(pickers.fault_picker(AWS)) == "Fault: s3-unavailable, Region: eu-west-1, Seconds: 60.0"
