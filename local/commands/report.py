"""What the commands say while they work: short lines, each with the time since the command began."""

from collections.abc import Callable

from local.agents.progress import Progress


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)


def started() -> Progress:
    """The progress of a command that begins now."""
    return Progress(say)


def retimed(progress: Progress) -> Callable[[str], None]:
    """For the agents, who give each line the time since their own beginning: it gets this command's instead."""
    return lambda line: progress.step(line.partition(" s  ")[2] or line)
