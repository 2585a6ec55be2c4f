"""``foxden-node``: what a node does for its cluster, by its own identity. On Python 3.10 or later."""
