"""A simulated Amazon that the programs of a cluster reach, and a machine of it that they take theirs for."""

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from local.kubernetes.forward import Way, enter_network, listen, serve
from local.simulate.cloud import Cloud, running
from tests.engine.bootlab.metadata import Facts, metadata
from tests.engine.harness.site import Site
from tests.engine.plugins.servers import free_ports

REGION = "eu-central-1"
_HERE = "127.0.0.1"


@dataclass(frozen=True)
class Amazon:
    """Where it is."""

    cloud: Cloud
    image: str
    """What its machines are made of."""
    metadata: int
    """The port where a machine is told what it is."""

    def client(self, service: str) -> Any:
        """One of boto3's clients."""
        return self.cloud.client(service, REGION)

    def launch(self) -> Mapping[str, Any]:
        """What it says of a new machine."""
        return _launch(self.client("ec2"), self.image)

    @property
    def environment(self) -> dict[str, str]:
        """The ENV of programs in the cluster. The region they are told by those who deploy them."""
        told = self.cloud.environment(REGION)
        keys = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        where = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://{_HERE}:{self.metadata}"}
        return {**{key: told[key] for key in keys}, **where}


@contextmanager
def amazon(site: Site) -> Iterator[Amazon]:
    """One that the running cluster of a site reaches, at the loopback address of its own network."""
    with running() as cloud:
        ec2 = cloud.client("ec2", REGION)
        image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        machine = _launch(ec2, image)
        facts = Facts(
            instance=machine["InstanceId"],
            address=machine["PrivateIpAddress"],
            zone=machine["Placement"]["AvailabilityZone"],
            image=image,
            kind=machine["InstanceType"],
            mac="02:00:00:00:00:01",
            user_data=b"",
            profile="",
        )
        (port,) = free_ports(1)
        with (
            metadata(lambda _: facts, lambda _: ("", {}), (_HERE, port)),
            _reached(site, [int(urlsplit(cloud.endpoint).port or 0), port]),
        ):
            yield Amazon(cloud, image, port)


def _launch(ec2: Any, image: str) -> Mapping[str, Any]:
    made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.large")
    found: Mapping[str, Any] = made["Instances"][0]
    return found


@contextmanager
def _reached(site: Site, ports: Sequence[int]) -> Iterator[None]:
    """While the block runs, these ports of this machine are the cluster's as well."""
    door = json.loads((site.state / "agents" / "kubernetes" / "door.json").read_text())

    def inside() -> Any:
        enter_network(door["pid"])
        return listen([Way(port, _HERE, port) for port in ports])

    with ThreadPoolExecutor(1) as other:  # the thread that goes in stays there
        listening = other.submit(inside).result()
    loop = asyncio.new_event_loop()
    passing = loop.create_task(serve(listening))
    thread = threading.Thread(target=lambda: loop.run_until_complete(asyncio.wait([passing])))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(passing.cancel)
        thread.join()
        loop.close()
