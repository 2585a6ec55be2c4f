"""Hosts the components as a Pulumi plugin, for programs in other languages: `pulumi package add <this folder>`."""

from foxden.plugin import serve

if __name__ == "__main__":
    serve()
