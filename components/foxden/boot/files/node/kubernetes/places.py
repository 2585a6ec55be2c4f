"""Addresses and names inside the cluster. None of them is one of its network's."""

SERVICE_ADDRESSES = "100.64.0.0/16"
API_SERVICE = "100.64.0.1"
DNS_SERVICE = "100.64.0.10"
POD_ADDRESSES = "100.96.0.0/11"
DOMAIN = "cluster.local"
