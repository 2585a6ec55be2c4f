#!/bin/sh
# What a node does for its cluster; see 'foxden-node' without arguments.
PYTHONPATH=/usr/local/lib/foxden PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 -m foxden_node "$@"
