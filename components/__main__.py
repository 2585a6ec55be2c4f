"""Hosts the components as a Pulumi plugin, for programs in other languages: `pulumi package add <this folder>`."""

from foxden.plugin import serve

if __name__ == "__main__":
<<<<<<< HEAD
    component_provider_host(
        name="foxden",
        components=[
            foxden.Balancer,
            foxden.BalancerDomain,
            foxden.Bucket,
            foxden.ClusterServices,
            foxden.Environment,
            foxden.ExistingCluster,
            foxden.Ingress,
            foxden.PrivateZone,
            foxden.RegistryAuth,
            foxden.Service,
            foxden.Services,
            foxden.CoreCluster,
            foxden.ExistingNetwork,
            foxden.Network,
            foxden.WorkerPool,
        ],
    )
=======
    serve()
>>>>>>> main
