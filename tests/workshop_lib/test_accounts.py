"""A change is made only in an account whose costs are accepted, whatever key the credentials have by then."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from botocore.handlers import disable_signing

from tests.kits.fake_aws import Asked, FakeAws, running_fake_aws
from workshop_lib import checks
from workshop_lib.cloud import Cloud, accept_costs, connect
from workshop_lib.errors import AccountChanged, CheckFailed, CostNotAccepted

ACCOUNT, OTHER = "111122223333", "444455556666"

GIVE_KEY = """
import datetime, json, pathlib
key = pathlib.Path(__file__).with_name("key").read_text()
print(json.dumps({"Version": 1, "AccessKeyId": key, "SecretAccessKey": "secret", "SessionToken": "token",
    "Expiration": (datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=1)).isoformat()}))
"""
"""A credential_process. What it gives expires so soon that botocore asks it again before each request."""

ASSUMED = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>AKIAROLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    """AWS with two accounts, and a machine whose credentials come from a program."""
    with running_fake_aws(tmp_path) as aws:
        aws.accounts.update(AKIAFIRST=ACCOUNT, AKIANEXT=ACCOUNT, AKIAROLE=ACCOUNT, AKIAOTHER=OTHER)
        give_key = tmp_path / "give_key.py"
        give_key.write_text(GIVE_KEY, encoding="utf-8")
        (tmp_path / "config").write_text(
            f"[default]\ncredential_process = {sys.executable} {give_key}\n"
            "[profile role]\nrole_arn = arn:aws:iam::111122223333:role/learner\nsource_profile = keys\n"
            "[profile keys]\naws_access_key_id = AKIAFIRST\naws_secret_access_key = secret\n",
            encoding="utf-8",
        )
        for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in aws.environment.items():
            monkeypatch.setenv(name, value)
        use_key(tmp_path, "AKIAFIRST")
        yield aws


@pytest.fixture
def paid(aws: FakeAws) -> Cloud:
    """The cloud after the costs were accepted."""
    cloud = connect(environ=aws.environment)
    accept_costs(cloud, ACCOUNT)
    return cloud


def use_key(folder: Path, key: str) -> None:
    """Sign in with another key, as far as the credential_process knows."""
    (folder / "key").write_text(key, encoding="utf-8")


def make_bucket(cloud: Cloud) -> None:
    cloud.s3("us-east-1").create_bucket(Bucket="my-bucket")


def test_before_the_costs_are_accepted_no_change_is_sent(aws: FakeAws) -> None:
    cloud = connect(environ=aws.environment)

    with pytest.raises(CostNotAccepted, match=rf"CreateBucket would change .*{ACCOUNT}.*USD.*step 7 of notebook 00"):
        make_bucket(cloud)
    assert aws.asked == []


def test_the_account_is_asked_for_once_for_each_key(aws: FakeAws, paid: Cloud, tmp_path: Path) -> None:
    make_bucket(paid)
    make_bucket(paid)
    use_key(tmp_path, "AKIANEXT")
    make_bucket(paid)
    make_bucket(paid)

    assert aws.looked_up == ["AKIAFIRST", "AKIANEXT"]
    assert [asked.access_key for asked in aws.asked] == ["AKIAFIRST", "AKIAFIRST", "AKIANEXT", "AKIANEXT"]


def test_a_client_made_earlier_does_not_change_the_account_of_new_credentials(
    aws: FakeAws, paid: Cloud, tmp_path: Path
) -> None:
    s3 = paid.s3("us-east-1")
    s3.create_bucket(Bucket="my-bucket")
    use_key(tmp_path, "AKIAOTHER")

    with pytest.raises(AccountChanged, match=rf"now belong to the AWS account {OTHER}.*{ACCOUNT}.*restart the kernel"):
        s3.create_bucket(Bucket="my-bucket")
    assert [asked.access_key for asked in aws.asked] == ["AKIAFIRST"]


def test_another_account_is_refused_although_its_costs_are_accepted_too(
    aws: FakeAws, paid: Cloud, tmp_path: Path
) -> None:
    use_key(tmp_path, "AKIAOTHER")
    accept_costs(connect(environ=aws.environment), OTHER)

    with pytest.raises(AccountChanged):
        make_bucket(paid)
    assert aws.asked == []


def test_threads_do_not_change_the_account_of_new_credentials(aws: FakeAws, paid: Cloud, tmp_path: Path) -> None:
    make_bucket(paid)
    use_key(tmp_path, "AKIAOTHER")

    with ThreadPoolExecutor(8) as threads:
        errors = [threads.submit(make_bucket, paid).exception() for _ in range(24)]

    assert {type(error) for error in errors} == {AccountChanged}
    assert [asked.access_key for asked in aws.asked] == ["AKIAFIRST"]


def test_after_signing_in_to_the_first_account_again_work_goes_on(aws: FakeAws, paid: Cloud, tmp_path: Path) -> None:
    make_bucket(paid)
    use_key(tmp_path, "AKIAOTHER")
    with pytest.raises(AccountChanged):
        make_bucket(paid)
    use_key(tmp_path, "AKIANEXT")

    make_bucket(paid)

    assert aws.asked[-1].access_key == "AKIANEXT"


def test_a_key_that_changes_between_retries_is_looked_up_too(aws: FakeAws, paid: Cloud, tmp_path: Path) -> None:
    def answer(asked: Asked) -> tuple[int, str]:
        use_key(tmp_path, "AKIAOTHER")
        return 500, ""

    aws.answer = answer

    with pytest.raises(AccountChanged):
        make_bucket(paid)
    assert [asked.access_key for asked in aws.asked] == ["AKIAFIRST"]


def test_looking_with_other_credentials_is_free(aws: FakeAws, paid: Cloud, tmp_path: Path) -> None:
    use_key(tmp_path, "AKIAOTHER")

    paid.s3("us-east-1").list_buckets()

    assert [asked.access_key for asked in aws.asked] == ["AKIAOTHER"]


def test_a_change_that_nobody_signed_is_refused(aws: FakeAws, paid: Cloud) -> None:
    s3 = paid.s3("us-east-1")
    s3.meta.events.register("choose-signer.s3.CreateBucket", disable_signing)

    with pytest.raises(AccountChanged):
        s3.create_bucket(Bucket="my-bucket")
    assert aws.asked == []


def test_a_profile_that_assumes_a_role_is_asked_whose_account_it_is(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "role")
    aws.answer = lambda asked: (200, ASSUMED if b"AssumeRole" in asked.body else "")
    cloud = connect(environ=aws.environment)
    accept_costs(cloud, ACCOUNT)

    make_bucket(cloud)

    assert aws.asked[-1].access_key == "AKIAROLE"
    assert [call.operation for call in cloud.calls] == ["s3:CreateBucket"], "a role's secrets are in no table of calls"


def test_an_accepted_cost_holds_for_the_next_notebook(aws: FakeAws, paid: Cloud) -> None:
    make_bucket(connect(environ=aws.environment))

    assert len(aws.asked) == 1


@pytest.mark.parametrize(("accepted", "is_refused"), [(ACCOUNT, False), (OTHER, True), ("yes", True), ("", True)])
def test_the_variable_accepts_the_cost_for_the_account_it_names(aws: FakeAws, accepted: str, is_refused: bool) -> None:
    cloud = connect(environ=aws.environment | {"WORKSHOP_ACCEPT_COSTS": accepted})

    if is_refused:
        with pytest.raises(CostNotAccepted):
            make_bucket(cloud)
    else:
        make_bucket(cloud)
    assert len(aws.asked) == (not is_refused)


def test_the_cost_is_accepted_only_for_the_account_that_would_pay(aws: FakeAws) -> None:
    with pytest.raises(CostNotAccepted, match=f"belong to the account {ACCOUNT}"):
        accept_costs(connect(environ=aws.environment), OTHER)


@pytest.mark.parametrize("typed", ["", "  "])
def test_a_field_that_is_left_empty_accepts_nothing(aws: FakeAws, typed: str) -> None:
    cloud = connect(environ=aws.environment)

    assert accept_costs(cloud, typed).startswith("Nothing is accepted.")
    with pytest.raises(CostNotAccepted):
        make_bucket(cloud)


@pytest.mark.parametrize(
    "kept", ["5", "null", f'{{"{ACCOUNT}": false}}', f'"{ACCOUNT}"', f"[{ACCOUNT}]", "[null]", "["]
)
def test_a_file_that_is_no_list_of_accounts_accepts_nothing_and_can_be_written_again(aws: FakeAws, kept: str) -> None:
    file = Path(aws.environment["WORKSHOP_NAMES"]).with_name("workshop-costs-accepted.json")
    file.write_text(kept)
    cloud = connect(environ=aws.environment)

    assert not cloud.may_cost
    accept_costs(cloud, ACCOUNT)
    assert cloud.may_cost


def test_what_cannot_be_kept_is_not_accepted(aws: FakeAws) -> None:
    Path(aws.environment["WORKSHOP_NAMES"]).with_name("workshop-costs-accepted.json").mkdir()
    cloud = connect(environ=aws.environment)

    with pytest.raises(CostNotAccepted, match="can't be written"):
        accept_costs(cloud, ACCOUNT)
    assert not cloud.may_cost


def test_what_was_accepted_stays_accepted_when_the_field_is_left_empty(paid: Cloud) -> None:
    assert accept_costs(paid, "").startswith(f"Accepted for the AWS account {ACCOUNT}.")


def test_the_check_says_where_the_next_steps_may_make_things_or_what_to_type(aws: FakeAws) -> None:
    cloud = connect(environ=aws.environment)
    with pytest.raises(CheckFailed, match=rf"haven't accepted .*{ACCOUNT}.*\n.*step 7 of notebook 00"):
        checks.costs_accepted(cloud)
    accept_costs(cloud, ACCOUNT)

    assert ACCOUNT in checks.costs_accepted(cloud).sentence


def test_the_local_cloud_has_nothing_to_accept(connected: Cloud) -> None:
    assert "nothing" in accept_costs(connected, "")
    assert "where nothing costs money" in checks.costs_accepted(connected).sentence
