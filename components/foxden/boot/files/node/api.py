"""The HTTP APIs of Consul and Nomad."""

import ssl

from .rest import ApiError, Rest

__all__ = ["CA_FILE", "CONSUL", "NOMAD", "Api", "ApiError"]

CA_FILE = "/etc/foxden/ca.pem"
CONSUL = "http://127.0.0.1:8500"
NOMAD = "https://127.0.0.1:4646"


class Api(Rest):
    """One agent's API."""

    def __init__(self, base: str, token: str = "", ca_file: str = CA_FILE, timeout: float = 15) -> None:
        self._token, self._ca_file = token, ca_file
        headers = {"X-Consul-Token": token, "X-Nomad-Token": token} if token else {}
        context = ssl.create_default_context(cafile=ca_file) if base.startswith("https:") else None
        super().__init__(base, headers, context, timeout)

    def is_answer(self, status: int, body: bytes) -> bool:
        """429 tells the health of a raft that is not perfect."""
        return status == 429 and body[:1] == b"{"

    def with_token(self, token: str) -> "Api":
        """The same agent, for somebody else."""
        return Api(self.base, token, self._ca_file)

    def patient(self) -> "Api":
        """The same, for what takes some minutes."""
        return Api(self.base, self._token, self._ca_file, 300)

    def at(self, base: str) -> "Api":
        """Another agent, with the same token."""
        return Api(base, self._token, self._ca_file)
