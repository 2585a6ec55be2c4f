"""Addresses and names inside the cluster. None of them is one of its network's."""

SERVICE_ADDRESSES = "100.64.0.0/16"
API_SERVICE = "100.64.0.1"
DNS_SERVICE = "100.64.0.10"
POD_ADDRESSES = "100.96.0.0/11"
DOMAIN = "cluster.local"

ETCD_QUOTA = 4 * 1024**3
"""Bytes that etcd may take on a master's disk: what would make it more is refused."""

SNAPSHOT = "foxden-snapshot"
"""The Lease in ``kube-system`` that tells of the newest snapshot of etcd."""
