"""What a kubeconfig says, as a file and as text."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.plugins.errors import Failure
from local.plugins.http import Tls
from local.plugins.kubernetes.kubeconfig import access


def config(user: Any = None, **server: Any) -> dict[str, Any]:
    return {
        "current-context": "dev",
        "contexts": [
            {"name": "dev", "context": {"cluster": "one", "user": "me", "namespace": "team"}},
            {"name": "bare", "context": {"cluster": "two"}},
        ],
        "clusters": [
            {"name": "one", "cluster": {"server": "https://one:6443/", **server}},
            {"name": "two", "cluster": {"server": "https://two"}},
        ],
        "users": [{"name": "me", "user": {"token": "t"} if user is None else user}],
    }


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump], ids=["json", "yaml"])
def test_text_is_taken_as_it_is(write: Any) -> None:
    found = access(write(config()), "", "", "")
    assert (found.address, found.namespace) == ("https://one:6443", "team")
    assert found.headers == {"Authorization": "Bearer t"} and found.tls == Tls()


def test_a_path_is_read_and_so_are_the_files_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ca", "cert", "key", "token"):
        (tmp_path / name).write_text(f"the {name}\n")
    user = {"client-certificate": "cert", "client-key": str(tmp_path / "key"), "tokenFile": "token"}
    text = yaml.safe_dump(config(user, **{"certificate-authority": "ca", "tls-server-name": "api"}))
    (tmp_path / "kubeconfig").write_text(text)
    found = access(str(tmp_path / "kubeconfig"), "", "", "")
    assert found.headers == {"Authorization": "Bearer the token"}
    assert found.tls == Tls(ca_pem="the ca\n", cert_pem="the cert\n", key_pem="the key\n", server_name="api")
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'kubeconfig'}{os.pathsep}{tmp_path / 'other'}")
    assert access("", "", "", "") == found


def test_data_is_decoded() -> None:
    user = {"client-certificate-data": encoded("c"), "client-key-data": encoded("k"), "username": "u", "password": "p"}
    found = access(json.dumps(config(user, **{"certificate-authority-data": encoded("ca")})), "", "", "")
    assert found.tls == Tls(ca_pem="ca", cert_pem="c", key_pem="k")
    assert found.headers == {"Authorization": f"Basic {encoded('u:p')}"}
    open_to_all = access(json.dumps(config({}, **{"insecure-skip-tls-verify": True})), "", "", "")
    assert not open_to_all.tls.verify and open_to_all.headers == {}


def test_the_provider_may_choose_otherwise() -> None:
    text = json.dumps(config())
    assert access(text, "bare", "", "").address == "https://two"
    assert access(text, "bare", "", "").namespace == "default"
    assert access(text, "", "two", "here").address == "https://two"
    assert access(text, "", "", "here").namespace == "here"


@pytest.mark.parametrize(
    ("given", "context", "said"),
    [
        (json.dumps(config()), "qa", "has no context 'qa', only bare, dev"),
        (json.dumps({**config(), "current-context": ""}), "", "names no current context"),
        (json.dumps({**config(), "clusters": []}), "", "has no cluster 'one', only none"),
        (json.dumps(config(**{"proxy-url": "http://p"})), "", "behind a proxy"),
        (json.dumps(config(server="")), "", "has no server for cluster 'one'"),
        (
            json.dumps(config({"exec": {"command": "aws"}})),
            "",
            "from a program (exec), which is not run here: give it a token or a client certificate",
        ),
        (json.dumps(config({"client-key-data": "?"})), "", "client-key-data in the kubeconfig is no base64"),
        (json.dumps(config({"client-key": "/nowhere/key"})), "", "client-key of the kubeconfig can't be read"),
        ("/nowhere/config", "", "the kubeconfig /nowhere/config can't be read: No such file"),
        ("{", "", "neither YAML nor JSON"),
        ("[\n]", "", "is no kubeconfig"),
    ],
)
def test_what_leads_nowhere_is_told(given: str, context: str, said: str) -> None:
    with pytest.raises(Failure) as caught:
        access(given, context, "", "")
    assert said in str(caught.value)
