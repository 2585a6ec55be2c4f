"""Clients of the cloud's APIs, with the instance's own identity."""

import os
from typing import Any

from .facts import Facts


def client(facts: Facts, service: str) -> Any:
    """A client of ``ssm``, ``ec2``, ``autoscaling`` or ``s3``."""
    import boto3  # type: ignore[import-untyped]
    from botocore.config import Config  # type: ignore[import-untyped]

    # The boto3 of older distributions does not read these variables itself.
    named = f"AWS_ENDPOINT_URL_{service.upper().replace('AUTOSCALING', 'AUTO_SCALING')}"
    endpoint = os.environ.get(named) or os.environ.get("AWS_ENDPOINT_URL") or None
    # What fails is tried again by whoever asks: one that hangs here keeps a node from seeing that it is to go.
    config = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "max_attempts": 4})
    return boto3.client(service, region_name=facts.region, endpoint_url=endpoint, config=config)


def in_parts() -> Any:
    """How files go to ``s3`` and come from there: a few MiB after the other, for they may be larger than the memory."""
    from boto3.s3.transfer import TransferConfig  # type: ignore[import-untyped]

    return TransferConfig(use_threads=False)
