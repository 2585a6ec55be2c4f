"""The part of ``foxden-node`` for Kubernetes: masters with etcd, and workers with a kubelet."""
