"""Keeps text of the developer's from being read as a reference by Kubernetes (pure).

In the values of ENV, in arguments and in the commands of probes, ``$(NAME)`` stands for a variable, and ``$$`` for a
``$`` that begins no such reference. A kubelet of 1.31 takes the first byte after another ``$`` for a character, which
breaks one that has more. Nothing else has a meaning there.
"""

import re

_READ = re.compile(r"\$[($\x80-\U0010ffff]")


def literal(text: str) -> str:
    """The text, written so that it arrives as it is."""
    return text.replace("$", "$$") if _READ.search(text) else text
