"""Keeps text of the developer's from being read as a reference by Kubernetes (pure).

In the values of ENV, in arguments and in the commands of probes, ``$(NAME)`` stands for a variable, and ``$$`` for a
``$`` that begins no such reference. Nothing else has a meaning there.
"""


def literal(text: str) -> str:
    """The text, written so that it arrives as it is."""
    return text.replace("$", "$$") if "$(" in text or "$$" in text else text
