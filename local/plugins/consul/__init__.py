"""The stand-in for the official Consul plugin (pulumi-resource-consul)."""
