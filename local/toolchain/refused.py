"""The one way in which getting something ends that is no error: another way is tried."""


class Refused(Exception):
    """Something can't be had in this way here: its text is the reason, for a person."""


class Missing(Refused):
    """The server is there, and says that it has no such file."""
