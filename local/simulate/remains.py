"""What moto leaves behind of things that are gone, and AWS does not."""

from typing import Any


def clear_instances() -> None:
    """A terminated instance takes its interfaces and disks with it; moto gives it a root disk beside the template's."""
    from moto.ec2.models.instances import Instance

    original = Instance.terminate

    def terminate(self: Any) -> Any:
        interfaces = [interface.id for interface in self.nics.values()]
        attached = [one for one in self.ec2_backend.volumes.values() if one.attachment]
        volumes = [one.id for one in attached if one.attachment.instance.id == self.id]
        result = original(self)
        for one in interfaces:
            self.ec2_backend.enis.pop(one, None)
        for one in volumes:
            self.ec2_backend.volumes.pop(one, None)
        return result

    Instance.terminate = terminate  # type: ignore[method-assign]


def clear_gateways() -> None:
    """A NAT gateway takes its network interface with it."""
    from moto.ec2.models.nat_gateways import NatGatewayBackend

    original = NatGatewayBackend.delete_nat_gateway

    def delete_nat_gateway(self: Any, nat_gateway_id: str) -> Any:
        gateway = original(self, nat_gateway_id)
        self.enis.pop(gateway._eni.id, None)
        return gateway

    NatGatewayBackend.delete_nat_gateway = delete_nat_gateway  # type: ignore[method-assign]
