"""Stand-in Pulumi plugins, for machines where the official ones can't be downloaded. See docs/plugins.md."""
