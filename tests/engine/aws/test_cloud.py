"""A program on the simulated AWS sees that one and no other."""

import os

import psutil

from local.simulate.cloud import Cloud, running, without_aws
from local.simulate.inventory import take


def test_nothing_of_a_real_account_goes_along() -> None:
    mine = {"AWS_PROFILE": "prod", "AWS_SESSION_TOKEN": "x", "AWS_ENDPOINT_URL_S3": "http://x", "HOME": "/root"}
    assert without_aws(mine) == {"HOME": "/root"}


def test_a_program_gets_an_address_made_up_credentials_and_no_files() -> None:
    found = Cloud("http://127.0.0.1:1").environment("eu-central-1")
    assert found["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert found["AWS_CONFIG_FILE"] == found["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert found["AWS_EC2_METADATA_DISABLED"] == "true"


def test_it_is_empty_when_it_starts_and_gone_at_the_end() -> None:
    with running() as cloud:
        ours = [one for one in psutil.Process().children() if "local.simulate.server" in one.cmdline()]
        assert len(ours) == 1
        there = take(lambda service: cloud.client(service, "eu-central-1"))
        assert not {"instance", "repository", "bucket", "KMS key"} & {kind for kind, ids in there.items() if ids}
    assert not ours[0].is_running()
