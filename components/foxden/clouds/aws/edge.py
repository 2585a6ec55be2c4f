"""What a cluster has around it on AWS: see :class:`foxden.clouds.edge.Edge`."""

from foxden.clouds.aws.balancer import create_balancer, create_domain
from foxden.clouds.aws.storage import create_bucket
from foxden.clouds.aws.zone import create_zone

__all__ = ["create_balancer", "create_bucket", "create_domain", "create_zone"]
