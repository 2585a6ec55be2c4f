"""References to secrets of this machine."""

from pathlib import Path

import pytest

from local import references, secrets
from local.errors import LocalError


def test_what_leads_here_must_lead_to_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOXDEN_STATE", str(tmp_path))
    given = {"discovery_address": "http://127.0.0.1:8500", "discovery_token_reference": "local:/consul-token"}
    with pytest.raises(LocalError, match="'demo' has no secret 'consul-token': give it with 'make secret NAME=consul"):
        references.look_up("demo", given)
    secrets.store("demo", "consul-token", "hush")
    references.look_up("demo", given)
    references.look_up("demo", {"ca_reference": "aws-ssm:/foxden/dev/shared/ca"})
