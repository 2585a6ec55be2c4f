"""Stand-in for the ``aws`` plugin: the SDK's types and names, over a Terraform AWS provider; see docs/plugins.md."""
