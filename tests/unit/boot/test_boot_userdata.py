"""From parts to bytes."""

import base64
import gzip
from dataclasses import replace
from random import Random

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from foxden.boot.cloudinit import cloud_config
from foxden.boot.node import Binary
from foxden.boot.parts import Boot, Command, Fetched, File, Package, Unit, filled
from foxden.boot.userdata import LONGEST, compressed, user_data
from foxden.errors import InvalidInput
from foxden.schedulers.nomad import nodes
from tests.unit.boot.samples import BUCKET, SERVER, WORKER, decoded

ANYTHING = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n\t"))
SOFTWARE = nodes.software()
WORDS = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz-"), min_size=1, max_size=12)


@given(ANYTHING)
def test_a_file_arrives_as_it_was_written(content: str) -> None:
    read = yaml.safe_load(cloud_config(Boot(files=(File("/etc/some", content, "0640"),))))
    assert read["write_files"] == [{"path": "/etc/some", "permissions": "0640", "content": content}]


@given(st.dictionaries(WORDS, ANYTHING, max_size=3), WORDS)
def test_the_same_node_gives_the_same_text(meta: dict[str, str], pool: str) -> None:
    node, again = (replace(WORKER, meta=dict(items), pool=pool) for items in (meta.items(), reversed(meta.items())))
    assert cloud_config(nodes.parts(node, SOFTWARE, BUCKET)) == cloud_config(nodes.parts(again, SOFTWARE, BUCKET))


def test_the_same_node_gives_the_same_bytes() -> None:
    first = nodes.boot(WORKER, SOFTWARE, BUCKET)
    nodes.program.cache_clear()
    assert nodes.boot(replace(WORKER), nodes.software(), BUCKET) == first


@given(st.binary(max_size=2000))
def test_what_is_compressed_comes_back_and_has_no_time_in_it(data: bytes) -> None:
    assert gzip.decompress(compressed(data)) == data
    assert compressed(data)[4:8] == bytes(4)


@pytest.mark.parametrize("node", [SERVER, WORKER])
def test_there_is_room_for_what_users_say(node) -> None:
    raw = base64.b64decode(nodes.boot(node, SOFTWARE, BUCKET))
    assert raw.startswith(b"#cloud-config\n")
    assert len(raw) < LONGEST - 4000


def test_only_what_would_be_too_long_is_compressed() -> None:
    boots = [Boot(files=(File("/etc/some", f"{'x' * size}\n"),)) for size in (LONGEST - 200, LONGEST)]
    raws = [base64.b64decode(user_data(boot, "it")) for boot in boots]
    assert [raw[:2] == b"\x1f\x8b" for raw in raws] == [False, True]
    assert [decoded(user_data(boot, "it")) for boot in boots] == [cloud_config(boot) for boot in boots]


def test_what_is_too_long_is_told_by_how_much() -> None:
    noise = base64.b85encode(Random(1).randbytes(20_000)).decode()
    boot = Boot(files=(File("/etc/noise", f"{noise}\n"),))
    size = len(compressed(cloud_config(boot).encode()))
    with pytest.raises(InvalidInput) as caught:
        user_data(boot, "cluster 'dev'")
    said = f"user-data has {size} bytes when compressed, {size - LONGEST} more than the 16384 that a node can be given"
    assert str(caught.value) == f"cluster 'dev': {said}"


def test_everything_has_its_order() -> None:
    boot = Boot(
        packages=(Package("curl"),),
        programs=(Fetched("/opt/own", "eu-west-1", "bucket", "programs/a.pyz", "a" * 64),),
        binaries=(Binary("tool", "1.0", "https://example.com/tool.zip", "0" * 64, "bin/tool"),),
        commands=(Command(("true", "it's")),),
        units=(Unit("a.service", "[Unit]\n"), Unit("b.service.d/more.conf", "[Unit]\n", start=False)),
        apt_mirror="http://apt.example",
    )
    read = yaml.safe_load(cloud_config(boot))
    assert read["packages"] == ["curl"]
    assert read["apt"]["primary"][0]["uri"] == "http://apt.example"
    assert read["runcmd"] == [
        "set -e",
        ["/usr/local/lib/foxden/fetch-program", "eu-west-1", "bucket", "programs/a.pyz", "a" * 64, "/opt/own"],
        ["/usr/local/lib/foxden/fetch", "/etc/foxden/binaries"],
        ["true", "it's"],
        ["systemctl", "daemon-reload"],
        ["systemctl", "enable", "a.service"],
        ["systemctl", "restart", "--no-block", "a.service"],
    ]
    files = {file["path"]: file["content"] for file in read["write_files"]}
    assert files["/etc/foxden/binaries"] == f"tool 1.0 {'0' * 64} https://example.com/tool.zip bin/tool\n"
    assert "/etc/systemd/system/b.service.d/more.conf" in files


def test_nothing_to_do_is_a_configuration_too() -> None:
    assert yaml.safe_load(cloud_config(Boot())) == {"write_files": None, "runcmd": ["set -e"]}


def test_names_are_filled_in() -> None:
    assert filled("@A@ and @B@, not @C@", {"A": "1", "B": "2"}) == "1 and 2, not @C@"


def test_user_data_is_the_text_of_a_cloud_config() -> None:
    assert decoded(user_data(Boot(packages=(Package("curl"),)), "it")).startswith("#cloud-config\n")
