"""What a machine needs to run the local environment: tools, plugins, agents, and the commands of the Makefile."""
