"""Hosts the components as a Pulumi plugin, for programs in other languages: `pulumi package add <this folder>`."""

from pulumi.provider.experimental import component_provider_host

import foxden

if __name__ == "__main__":
    component_provider_host(
        name="foxden",
        components=[
            foxden.Environment,
            foxden.ExistingCluster,
            foxden.Ingress,
            foxden.RegistryAuth,
            foxden.Service,
            foxden.Services,
        ],
    )
