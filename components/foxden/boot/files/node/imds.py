"""The instance's own facts, from the metadata service (version 2)."""

import urllib.error
import urllib.request

_BASE = "http://169.254.169.254/latest"
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Metadata:
    """Reads the metadata service, with a token that is renewed when it is refused."""

    def __init__(self, base: str = _BASE) -> None:
        self._base = base
        self._token = ""

    def read(self, path: str) -> str | None:
        """What is said at a path below ``meta-data/``; None where there is nothing."""
        for _ in range(2):
            try:
                return self._ask("GET", f"meta-data/{path}", {"X-aws-ec2-metadata-token": self._token})
            except urllib.error.HTTPError as error:
                if error.code == 404:
                    return None
                if error.code != 401:
                    raise
                self._token = self._ask("PUT", "api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "21600"})
        raise OSError("the metadata service takes no token of its own")

    def _ask(self, method: str, path: str, headers: dict[str, str]) -> str:
        request = urllib.request.Request(f"{self._base}/{path}", headers=headers, method=method)  # noqa: S310
        with _NO_PROXY.open(request, timeout=5) as answer:
            return str(answer.read().decode())
