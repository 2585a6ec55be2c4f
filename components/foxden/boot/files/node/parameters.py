"""The cluster's secrets, in the Parameter Store. Of many that make one at the same time, a single one wins."""

from collections.abc import Callable
from typing import Any


class Parameters:
    """The parameters below a prefix, encrypted with the cluster's key."""

    def __init__(self, ssm: Any, prefix: str, key: str) -> None:
        self._ssm = ssm
        self._prefix = prefix
        self._key = key

    def read(self, name: str) -> str | None:
        """The value; None where there is none."""
        try:
            found = self._ssm.get_parameter(Name=f"{self._prefix}/{name}", WithDecryption=True)
        except self._ssm.exceptions.ParameterNotFound:
            return None
        return str(found["Parameter"]["Value"])

    def once(self, name: str, make: Callable[[], str], public: bool = False) -> str:
        """The value that is there; where there is none, what ``make`` gives, unless another was quicker."""
        found = self.read(name)
        if found is not None:
            return found
        value = make()
        try:
            self._put(name, value, public, overwrite=False)
        except self._ssm.exceptions.ParameterAlreadyExists:
            return self.once(name, make, public)
        return value

    def replace(self, name: str, value: str, public: bool = False) -> None:
        """Put a value in place of what is there, if it differs."""
        if self.read(name) != value:
            self._put(name, value, public, overwrite=True)

    def forget(self, name: str) -> None:
        """Take a value away, if there is one."""
        if self.read(name) is not None:
            self._ssm.delete_parameter(Name=f"{self._prefix}/{name}")

    def _put(self, name: str, value: str, public: bool, overwrite: bool) -> None:
        kind = {"Type": "String"} if public else {"Type": "SecureString", "KeyId": self._key}
        self._ssm.put_parameter(Name=f"{self._prefix}/{name}", Value=value, Overwrite=overwrite, **kind)
