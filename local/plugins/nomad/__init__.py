"""The stand-in for the official Nomad plugin (pulumi-resource-nomad)."""
