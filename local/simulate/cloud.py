"""The simulated AWS of one run: its process, and how programs and auditors reach it."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local.errors import LocalError
from local.paths import REPO

ACCOUNT = "123456789012"
"""The account that moto plays."""
_GONE_WITHIN = 5.0


@dataclass(frozen=True)
class Cloud:
    """Where it answers."""

    endpoint: str

    def environment(self, region: str) -> dict[str, str]:
        """What a program needs to use it and nothing else: neither the account nor the settings of the user."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "simulation",
            "AWS_SECRET_ACCESS_KEY": "simulation",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    def client(self, service: str, region: str) -> Any:
        """One of boto3's clients."""
        import boto3  # type: ignore[import-untyped]
        from botocore.config import Config  # type: ignore[import-untyped]

        return boto3.session.Session().client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id="simulation",
            aws_secret_access_key="simulation",  # noqa: S106
            config=Config(proxies={}, s3={"addressing_style": "path"}, retries={"max_attempts": 2}),
        )


def without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without anything that speaks of a real AWS."""
    return {name: value for name, value in environment.items() if not name.startswith("AWS_")}


@contextmanager
def running() -> Iterator[Cloud]:
    """A fresh one, ended with the block or with this process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local.simulate.server"],
        cwd=REPO,
        env=without_aws(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().decode().strip()
        if not port.isdigit():
            raise LocalError("the simulated AWS did not start: run 'pip install -r requirements-dev.txt' in .venv")
        yield Cloud(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        try:
            process.wait(_GONE_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
