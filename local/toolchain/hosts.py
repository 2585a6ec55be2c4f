"""The programs that machines of a Kubernetes cluster fetch, for a mirror of them; got only when machines boot here."""

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from local import shell
from local.toolchain.catalog import GoModule, Program
from local.toolchain.kubernetes import CLUSTER, KUBERNETES
from local.toolchain.layout import Found, read_record, write_record
from local.toolchain.progress import Progress
from local.toolchain.resolve import resolve

if TYPE_CHECKING:
    from local.toolchain.fetch import Fetcher

ETCD = "3.6.14"
"""What the cluster's objects are kept in: the version that the library pins for machines. Debian's is too old to be
restored from a snapshot by etcdutl."""

_ETCD_SUMS = {
    "server": "h1:LfN38zdvhpYnmyHG6shLWkfmMukkoyM19KUEZx1ywpM=",
    "etcdutl": "h1:H6FVG+7H1qkc3KspUwThNBow0qJVmq8IfRGzrlg3QT0=",
}


def _etcd(name: str, module: str, argument: str) -> Program:
    path = f"go.etcd.io/etcd/{module}/v3"
    sums = (f"{path} v{ETCD} {_ETCD_SUMS[module]}",)
    return Program(name, ETCD, GoModule(path, {path: f"v{ETCD}"}, "1.25.0", sums=sums), version_argument=argument)


ECR = Program(
    name="ecr-credential-provider",
    version=KUBERNETES,
    module=GoModule(
        package="k8s.io/cloud-provider-aws/cmd/ecr-credential-provider",
        requires={"k8s.io/cloud-provider-aws": f"v{KUBERNETES}"},
        go="1.26.0",
        replaces={"github.com/google/cel-go": "github.com/cel-expr/cel-go v0.31.0"},
        variables={"main.gitVersion": f"v{KUBERNETES}"},
        sums=("k8s.io/cloud-provider-aws v1.34.4 h1:hT6wimJfBAXRqI0x/St8gXGkDgEFvCClZ3Fvug+tabY=",),
    ),
    version_argument="--version",
    same_minor=True,
)
"""With it a kubelet pulls images from the account's own registry, as the machine itself."""

HOSTS: Mapping[str, Program] = {
    tool.name: tool
    for tool in (
        *(tool for name, tool in CLUSTER.items() if name.startswith("kube")),
        *(_etcd("etcd", "server", "--version"), _etcd("etcdutl", "etcdutl", "version")),
        ECR,
    )
}
"""Every program of the machines by name."""


def ensure() -> Mapping[str, Found]:
    """Have all of them; LocalError where one can't be had. The first time they are built, each a minute or more."""
    found = {}
    for tool in HOSTS.values():
        progress = Progress(f"{tool.name} {tool.version}")
        try:
            found[tool.name] = resolve(tool, shell.user_path(), _fetcher, progress).found
        finally:
            progress.close()
    record = read_record()
    write_record(replace(record, tools={**record.tools, **found}))
    return found


@functools.cache
def _fetcher() -> "Fetcher":
    # `requests` opens a socket as soon as it is imported, and with everything in place there is to be none.
    from local.toolchain.fetch import Fetcher

    return Fetcher()
