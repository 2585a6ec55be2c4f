"""The programs of cluster services that can be built: tests run them, where no registry with their images is reached.

Each is of the version whose image the library pins, but for the last number of one.
"""

from dataclasses import replace

from local.toolchain.catalog import GoModule, Program
from local.toolchain.hosts import ECR

_PROMETHEUS = "github.com/prometheus/common/version.Version"

METRICS_SERVER = Program(
    name="metrics-server",
    version="0.8.0",
    module=GoModule(
        package="sigs.k8s.io/metrics-server/cmd/metrics-server",
        requires={"sigs.k8s.io/metrics-server": "v0.8.0"},
        go="1.24.4",
        variables={"k8s.io/client-go/pkg/version.gitVersion": "v0.8.0"},
        sums=("sigs.k8s.io/metrics-server v0.8.0 h1:Zlsi3sBWEtFKCD3+xSysThvXyLQ363rUAlqpnsY5JwI=",),
    ),
    version_argument="--version",
)

PROMETHEUS = Program(
    name="prometheus",
    version="3.8.1",
    module=GoModule(
        package="github.com/prometheus/prometheus/cmd/prometheus",
        requires={"github.com/prometheus/prometheus": "v0.308.1"},
        go="1.24.0",
        excludes={"github.com/linode/linodego": "v1.0.0"},
        variables={_PROMETHEUS: "3.8.1"},
        sums=("github.com/prometheus/prometheus v0.308.1 h1:ApMNI/3/es3Ze90Z7CMb+wwU2BsSYur0m5VKeqHj7h4=",),
    ),
    version_argument="--version",
)
"""Without the pages that it shows in a browser."""

NODE_EXPORTER = Program(
    name="node-exporter",
    version="1.10.2",
    module=GoModule(
        package="github.com/prometheus/node_exporter",
        requires={"github.com/prometheus/node_exporter": "v1.10.2"},
        go="1.24.0",
        variables={_PROMETHEUS: "1.10.2"},
        sums=("github.com/prometheus/node_exporter v1.10.2 h1:H88cUFLuB8Jn/u2U3M4D5KYnae07LIm+0ZTcgoKEK54=",),
    ),
    version_argument="--version",
)

EXTERNAL_DNS = Program(
    name="external-dns",
    version="0.20.0",
    module=GoModule(
        package="sigs.k8s.io/external-dns",
        requires={"sigs.k8s.io/external-dns": "v0.20.0"},
        go="1.25",
        excludes={"k8s.io/kubectl": ("v0.18.0", "v0.18.4")},
        variables={"sigs.k8s.io/external-dns/pkg/apis/externaldns.Version": "v0.20.0"},
        sums=("sigs.k8s.io/external-dns v0.20.0 h1:rJ4Q5c32NStvI8J+u2nyM4bcKxZG4g1NLPL0p994U9M=",),
    ),
    version_argument="--version",
)
"""A module that old ones ask for is not to be had, so those are left out."""

CLOUD_CONTROLLER = Program(
    name="cloud-controller",
    version=ECR.version,
    module=replace(
        ECR.module,
        package="k8s.io/cloud-provider-aws/cmd/aws-cloud-controller-manager",
        # Kubernetes' own: what the module says instead is not to be had.
        replaces={"github.com/google/cel-go": "github.com/google/cel-go v0.26.0"},
        variables={"k8s.io/component-base/version.gitVersion": f"v{ECR.version}"},
    ),
    version_argument="--version",
    same_minor=True,
)
"""The source of 1.34.0, whose image the library pins, is not in Go's checksum database."""

AT_AMAZON = (EXTERNAL_DNS, CLOUD_CONTROLLER)
"""Those that ask Amazon."""

ADDONS = (METRICS_SERVER, PROMETHEUS, NODE_EXPORTER, *AT_AMAZON)
