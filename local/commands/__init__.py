"""The commands of ``python -m local``: one thin module each, and what they share."""
