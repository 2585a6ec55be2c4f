"""Gets the pinned tools and plugins onto this machine: found, cached, downloaded or built; see docs/tools.md."""
