"""Credentials that end while a notebook runs: a sentence, and after a new sign-in the same cell goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.credentials import Credentials

from tests.kits.fake_aws import ERROR, Asked, FakeAws, running_fake_aws
from workshop_lib.cloud import Cloud, accept_costs, connect
from workshop_lib.errors import AccountChanged, CredentialsRefused, RegionNotEnabled
from workshop_lib.polling import wait_until
from workshop_lib.refusals import AccessRefused
from workshop_lib.sign_in import SignIn

ACCOUNT, OTHER = "111122223333", "444455556666"
EXPIRED = ("ExpiredToken", "The provided token has expired.")


class School:
    """AWS whose keys last for an hour, and the file into which a learner pastes them."""

    def __init__(self, aws: FakeAws, folder: Path) -> None:
        self.aws, self._file = aws, folder / "credentials"
        aws.accounts.update(AKIAFIRST=ACCOUNT, AKIANEXT=ACCOUNT, AKIAOTHER=OTHER)
        aws.answer = self.answer
        self.refusal = EXPIRED
        self.refused = {"AKIAOLD"}
        self.paste("AKIAFIRST")

    def answer(self, asked: Asked) -> tuple[int, str]:
        if asked.access_key not in self.refused:
            return 200, ""
        return (400, "") if asked.method == "HEAD" else (400, ERROR.format(*self.refusal))

    def paste(self, key: str) -> None:
        """Write new credentials into the file."""
        text = f"[default]\naws_access_key_id = {key}\naws_secret_access_key = secret\naws_session_token = token\n"
        self._file.write_text(text, encoding="utf-8")

    def end(self, key: str) -> None:
        """End the hour of a key: no part of AWS accepts it any more."""
        self.refused.add(key)
        self.aws.accounts.pop(key, None)
        self.aws.refusal = self.refusal


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[School]:
    """AWS with two accounts, and a machine whose credentials are in a file."""
    with running_fake_aws(tmp_path) as aws:
        for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in aws.environment.items():
            monkeypatch.setenv(name, value)
        yield School(aws, tmp_path)


@pytest.fixture
def paid(school: School) -> Cloud:
    """The cloud after the costs were accepted."""
    cloud = connect(environ=school.aws.environment)
    accept_costs(cloud, ACCOUNT)
    return cloud


def test_after_a_new_sign_in_the_same_client_goes_on(school: School, paid: Cloud) -> None:
    s3 = paid.s3("us-east-1")
    s3.create_bucket(Bucket="my-bucket")
    school.end("AKIAFIRST")
    with pytest.raises(CredentialsRefused, match=r"have expired.*Sign in again"):
        s3.create_bucket(Bucket="my-bucket")
    school.paste("AKIANEXT")

    s3.create_bucket(Bucket="my-bucket")

    assert school.aws.asked[-1].access_key == "AKIANEXT"


def test_a_new_sign_in_to_another_account_changes_nothing_there(school: School, paid: Cloud) -> None:
    s3 = paid.s3("us-east-1")
    s3.create_bucket(Bucket="my-bucket")
    school.end("AKIAFIRST")
    with pytest.raises(CredentialsRefused):
        s3.create_bucket(Bucket="my-bucket")
    school.paste("AKIAOTHER")

    with pytest.raises(AccountChanged, match=f"now belong to the AWS account {OTHER}"):
        s3.create_bucket(Bucket="my-bucket")
    assert "AKIAOTHER" not in {asked.access_key for asked in school.aws.asked}


def test_a_wait_ends_and_can_be_run_again(school: School, paid: Cloud) -> None:
    looks: list[int] = []

    def look() -> int:
        looks.append(0)
        if len(looks) == 3:
            school.end("AKIAFIRST")
        paid.s3("us-east-1").list_buckets()
        return len(looks)

    def wait() -> int:
        return wait_until(look, lambda seen: seen >= 5, what="Waiting", sleep=lambda _: None, show_progress=False)

    with pytest.raises(CredentialsRefused):
        wait()
    school.paste("AKIANEXT")

    assert wait() == 5


def test_an_answer_without_a_body_is_asked_for_its_reason(school: School, paid: Cloud) -> None:
    school.end("AKIAFIRST")

    with pytest.raises(CredentialsRefused, match="have expired"):
        paid.s3("us-east-1").head_object(Bucket="my-bucket", Key="index.html")


def test_an_answer_without_a_body_may_still_mean_a_missing_permission(school: School, paid: Cloud) -> None:
    school.aws.answer = lambda asked: (403, "")

    with pytest.raises(AccessRefused, match="You lack the permission"):
        paid.s3("us-east-1").head_object(Bucket="my-bucket", Key="index.html")


def test_a_key_that_one_region_does_not_know_means_that_the_region_is_not_enabled(school: School, paid: Cloud) -> None:
    unknown = "The AWS Access Key Id you provided does not exist in our records."
    school.aws.answer = lambda asked: (403, ERROR.format("InvalidAccessKeyId", unknown))

    with pytest.raises(RegionNotEnabled, match=r"not in me-central-1.*Account.*step 4 of notebook 00"):
        paid.s3("me-central-1").list_buckets()


def test_many_regions_that_are_not_enabled_cost_one_question(school: School, paid: Cloud) -> None:
    school.aws.answer = lambda asked: (403, ERROR.format("InvalidAccessKeyId", "There is no such key."))
    before = len(school.aws.looked_up)

    for region in ("me-central-1", "af-south-1", "ap-east-1"):
        with pytest.raises(RegionNotEnabled, match=region):
            paid.s3(region).list_buckets()

    assert len(school.aws.looked_up) == before + 1


def test_a_key_that_no_region_knows_is_wrong(school: School, paid: Cloud) -> None:
    school.refusal = ("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
    school.end("AKIAFIRST")

    with pytest.raises(CredentialsRefused, match="AWS doesn't know your access key"):
        paid.s3("eu-west-1").list_buckets()


def test_keys_in_variables_need_a_new_start(school: School, paid: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOLD")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    with pytest.raises(CredentialsRefused, match=r"in variables such as AWS_ACCESS_KEY_ID.*start it again"):
        connect(environ=school.aws.environment).s3("us-east-1").list_buckets()


def test_a_code_that_a_notebook_cannot_ask_for_is_a_matter_of_credentials() -> None:
    def ask_for_the_code() -> None:
        raise NotImplementedError("getpass was called, but this frontend does not support input requests.")

    with pytest.raises(CredentialsRefused, match=r"the code of an MFA device.*export-credentials"):
        SignIn(ask_for_the_code).get_frozen_credentials()


def test_what_could_not_be_fetched_is_fetched_again() -> None:
    fetched = iter([None, Credentials("AKIANEXT", "secret")])
    sign_in = SignIn(lambda: next(fetched))
    with pytest.raises(CredentialsRefused, match="There are no AWS credentials"):
        sign_in.get_frozen_credentials()

    assert sign_in.get_frozen_credentials().access_key == "AKIANEXT"
