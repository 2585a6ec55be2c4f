#!/usr/bin/python3
"""Gets a program out of a bucket on AWS, by the node's own identity: REGION BUCKET KEY SHA256 PATH."""

import hashlib
import os
import sys
import time
from pathlib import Path
from typing import Any

_PATIENCE = 600
"""Seconds after which it gives up. A right may not be there yet, nor the network."""
_PAUSE = 3


def main(region: str, bucket: str, key: str, checksum: str, path: str) -> None:
    """Put it in place whole, or exit with what is wrong."""
    there = f"s3://{bucket}/{key}"
    content = fetched(region, bucket, key, f"{path} from {there}")
    found = hashlib.sha256(content).hexdigest()
    if found != checksum:
        sys.exit(f"refused: {there} has SHA-256 {found}, not {checksum}")
    target = Path(path)
    fresh = target.with_name(f".{target.name}.new")
    fresh.write_bytes(content)
    fresh.chmod(0o755)
    fresh.replace(target)
    print(f"fetched {path} from {there}", flush=True)


def fetched(region: str, bucket: str, key: str, what: str) -> bytes:
    """The object, tried again and again for some time."""
    end, said = time.monotonic() + _PATIENCE, ""
    while True:
        try:
            return bytes(_store(region).get_object(Bucket=bucket, Key=key)["Body"].read())
        except Exception as error:  # of the cloud or the network: both come back
            told = f"{type(error).__name__}: {error}"
        if time.monotonic() >= end:
            sys.exit(f"gave up after {_PATIENCE} s: {what}: {told}")
        if told != said:
            said = told
            print(f"waiting for {what}: {told}", flush=True)
        time.sleep(_PAUSE)


def _store(region: str) -> Any:
    """A new client each time: one that was made without an identity never gets one."""
    import boto3  # type: ignore[import-untyped]
    from botocore.config import Config  # type: ignore[import-untyped]

    # The boto3 of older distributions does not read these variables itself.
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None
    config = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "max_attempts": 2})
    return boto3.client("s3", region_name=region, endpoint_url=endpoint, config=config)


if __name__ == "__main__":
    main(*sys.argv[1:])
