"""``foxden-node configure`` before the parts of Kubernetes, ``foxden-node agent`` beside them."""

import sys


def main(arguments: list[str]) -> None:
    """Run one of the commands."""
    sys.exit(f"usage: foxden-node configure | agent, got {' '.join(arguments)!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
