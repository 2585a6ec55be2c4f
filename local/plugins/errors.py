"""What can go wrong in an operation, in words for the user."""

from local.plugins.wire import Values


class OperationError(Exception):
    """An operation did not succeed; the text says why."""


class Failure(OperationError):
    """The operation was done and failed, or can't be done."""


class ServerError(OperationError):
    """The server refused or could not be reached; the text has its own words."""

    def __init__(self, status: int, text: str, body: str = "") -> None:
        super().__init__(text)
        self.status = status
        """HTTP status; 0 when there was no answer."""
        self.body = body
        """What the server answered, word for word."""


class Cancelled(OperationError):
    """The engine gave up (Ctrl-C)."""


class Incomplete(OperationError):
    """The resource is there, but not as wished: its state must be kept, so that it can be repaired or removed."""

    def __init__(self, resource_id: str, outputs: Values, text: str) -> None:
        super().__init__(text)
        self.resource_id = resource_id
        self.outputs = outputs
