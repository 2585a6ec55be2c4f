"""Secrets: who may read them, and how they become ENV."""

import pytest

from foxden.errors import InvalidInput
from foxden.schedulers.nomad import secrets
from tests.unit.schedulers.nomad.samples import connection, job, spec, task, template

REFERRED = {"API_KEY": "router-key", "OTHER": "team/key", "AGAIN": "router-key"}


def test_the_policy_names_exactly_the_secrets_referred_to() -> None:
    assert secrets.policy_rules("demo", REFERRED) == (
        'namespace "demo" {\n'
        "  variables {\n"
        '    path "foxden/secrets/router-key" {\n      capabilities = ["read"]\n    }\n'
        '    path "foxden/secrets/team/key" {\n      capabilities = ["read"]\n    }\n'
        "  }\n"
        "}\n"
    )


def test_policies_of_two_environments_have_two_names() -> None:
    assert secrets.policy_name("pods", "demo") != secrets.policy_name("pods", "local")


def test_the_template_has_a_line_for_each_name_and_no_secret() -> None:
    rendered = task(job(spec(secrets=REFERRED)))
    lines = template(rendered, "/env").splitlines()
    assert [line.partition("=")[0] for line in lines] == sorted(REFERRED)
    assert lines[1] == 'API_KEY={{ with nomadVar "foxden/secrets/router-key" }}{{ .value.Value | toJSON }}{{ end }}'


def test_the_file_is_private_and_a_new_value_restarts() -> None:
    (found,) = task(job(spec(secrets=REFERRED)))["Templates"]
    assert found["DestPath"].startswith("${NOMAD_SECRETS_DIR}/")
    assert (found["Envvars"], found["Perms"], found["ChangeMode"]) == (True, "0600", "restart")


@pytest.mark.parametrize("value", ["", 'q"uo\nte', "x" * 63_000, "<" * 10_000, "猫" * 20_000])
def test_any_text_can_be_a_secret(value: str) -> None:
    assert secrets.usable("demo", "key", value) == value


@pytest.mark.parametrize("value", ["s3cret\0", "s3cret" * 11_000, "s3cret" + "<" * 11_000, "s3cret" + "\n" * 32_000])
def test_what_cannot_become_env_is_refused_and_not_shown(value: str) -> None:
    with pytest.raises(InvalidInput, match=r"environment 'demo': secrets\.key must ") as caught:
        secrets.usable("demo", "key", value)
    assert "s3cret" not in str(caught.value)


def test_without_secrets_there_is_nothing_to_read() -> None:
    assert "Templates" not in task(job(spec()))
    assert connection().options == {}
