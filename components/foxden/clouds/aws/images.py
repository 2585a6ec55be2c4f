"""What a machine on AWS may be made of (pure)."""

import re
from collections.abc import Mapping, Sequence

from foxden.clouds.plan import Disk, Machines
from foxden.errors import Problem
from foxden.service.reader import shown

_IMAGE = re.compile(r"ami-(?:[0-9a-f]{17}|[0-9a-f]{8})\Z", re.ASCII)
_TYPE = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9-]+\Z", re.ASCII)
_TAG = re.compile(r"[A-Za-z0-9+\-=.,_:@]{1,128}\Z", re.ASCII)
_VALUE = re.compile(r"[\w +\-=.:/@]{0,256}\Z")

LEAST_IOPS = 3000
"""Operations a second that any disk has, however small."""

IOPS_OF_A_GIB = 500
"""Operations a second that AWS gives at most for a GiB of a disk (gp3)."""

HOW_TO_PIN = (
    "pin one, such as what `aws ssm get-parameters --names "
    "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id` says today"
)


def machine_problems(subject: str, machines: Machines) -> list[Problem]:
    """What is wrong with machines."""
    found = []
    if machines.image and not _IMAGE.match(machines.image):
        found.append(f"image must be the id of an AMI, got {shown(machines.image)}: {HOW_TO_PIN}")
    found += type_problems(machines.types) + disk_problems(machines.disk)
    return [Problem(subject, problem) for problem in found] + tag_problems(subject, machines.tags)


def type_problems(types: Sequence[str]) -> list[str]:
    """What keeps these from being kinds of machines."""
    return [f"instance type must be like 't3.small', got {shown(kind)}" for kind in types if not _TYPE.match(kind)]


def disk_problems(disk: Disk) -> list[str]:
    """What AWS would refuse of a disk."""
    found, most = [], max(LEAST_IOPS, IOPS_OF_A_GIB * disk.size)
    if disk.iops > most:
        per = f"{IOPS_OF_A_GIB} for each GiB of disk.size ({disk.size})"
        found.append(f"disk.iops must be at most {most}, {per}, got {disk.iops}")
    quarter = disk.iops // 4
    if disk.throughput > quarter:
        found.append(f"disk.throughput must be at most a quarter of disk.iops ({quarter}), got {disk.throughput}")
    return found


def tag_problems(subject: str, tags: Mapping[str, str]) -> list[Problem]:
    """What AWS would refuse of tags, or an instance's metadata couldn't show."""
    problems = []
    for key, value in tags.items():
        if not _TAG.match(key) or key in (".", "..", "_index") or key.lower().startswith(("aws:", "foxden:")):
            problems.append(
                f"tags.{key} must be of letters, digits and +-=.,_:@, and begin with neither aws: nor foxden:"
            )
        if not _VALUE.match(value):
            problems.append(f"tags.{key} must be up to 256 letters, digits, spaces and +-=._:/@, got {shown(value)}")
    return [Problem(subject, problem) for problem in problems]
