"""The stand-in for ``pulumi-resource-kubernetes``: every kind that the API server has. See docs/plugins.md."""
