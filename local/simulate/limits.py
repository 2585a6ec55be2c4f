"""What a simulation can't show, and why: printed at the end of every run."""

LIMITS: tuple[tuple[str, str], ...] = (
    (
        "services",
        "moto starts no machines: nothing boots, so there is neither Nomad nor Kubernetes (that is for the boot lab)",
    ),
    (
        "objects on Kubernetes, an upgrade's step",
        "no API server answers; graph tests show the objects, and that a step over a minor is refused",
    ),
    (
        "EKS",
        "moto knows clusters and groups of nodes, this simulation the rest: all is there at once, and no node starts",
    ),
    (
        "lifecycle hooks, health, instance refresh",
        "moto keeps them, but its groups don't act on them (the boot lab's do)",
    ),
    ("permissions", "moto lets everyone do everything: policies are stored and read, not enforced"),
    ("security groups, routes, NAT", "moto keeps them, but no packet flows"),
    ("certificates", "moto issues every certificate at once; nobody looks at the validation's records"),
    ("names", "moto answers no DNS queries; records are only kept"),
    ("encryption", "moto keeps the settings; nothing is encrypted with a key"),
    ("scans, snapshots, flow logs, access logs", "settings only: nothing is ever scanned or written"),
    ("quotas, prices, capacity, time to create", "moto knows none: a real region may refuse, and is slower"),
    ("deletion protection", "switched off for the run, so that all can be taken away again"),
)
"""What -> the reason."""
