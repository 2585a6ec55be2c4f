"""Images without Docker: the archive that containerd takes in, and the program that waits."""

import hashlib
import io
import json
import struct
import tarfile
from pathlib import Path

import pytest

from local.kubernetes.images import Image, Layer, missing, of_program, pause, write_archive
from local.kubernetes.waits import program


def archive(*images: Image) -> dict[str, bytes]:
    out = io.BytesIO()
    write_archive(images, out)
    out.seek(0)
    with tarfile.open(fileobj=out) as opened:
        return {member.name: opened.extractfile(member).read() for member in opened}  # type: ignore[union-attr]


def layer(files: dict[str, bytes], name: str) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(files[name])) as opened:
        return {member.name: member for member in opened}


def test_an_archive_says_what_is_in_it() -> None:
    image = Image("foxden/a:1", [Layer({"/app/a.py": b"x"})], ["python3", "/app/a.py"], {"PORT": "80"}, "/app")
    files = archive(image)
    [entry] = json.loads(files["manifest.json"])
    config = json.loads(files[entry["Config"]])
    assert entry["RepoTags"] == ["foxden/a:1"]
    assert config["config"] == {
        "Entrypoint": ["python3", "/app/a.py"],
        "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", "PORT=80"],
        "User": "65534",
        "WorkingDir": "/app",
    }
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(files[entry['Layers'][0]]).hexdigest()}"]


def test_the_same_image_is_the_same_to_the_byte() -> None:
    image = Image("foxden/a:1", [Layer({"/a": b"1", "/b/c": b"2"}, {"/d": "a"})], ["/a"])
    assert archive(image) == archive(image)


def test_images_share_a_layer() -> None:
    base = Layer({"/python": b"big"})
    one, two = (Image(f"foxden/{name}:1", [base, Layer({f"/{name}": b"x"})], ["/python"]) for name in "ab")
    files = archive(one, two)
    assert len([name for name in files if name.endswith("layer.tar")]) == 3


def test_a_layer_has_directories_links_and_modes(tmp_path: Path) -> None:
    tool = tmp_path / "tool"
    tool.write_bytes(b"t")
    tool.chmod(0o750)
    files = archive(
        Image("a:1", [Layer({"/usr/bin/tool": str(tool), "/etc/x": b"y"}, {"/bin/t": "/usr/bin/tool"})], [])
    )
    [entry] = json.loads(files["manifest.json"])
    members = layer(files, entry["Layers"][0])
    assert list(members)[:4] == ["bin", "etc", "usr", "usr/bin"]
    assert members["usr/bin/tool"].mode == 0o755
    assert members["etc/x"].mode == 0o644
    assert members["bin/t"].linkname == "/usr/bin/tool"


def test_an_image_of_a_program_runs_it_as_nobody(tmp_path: Path) -> None:
    image = of_program("foxden/traefik:3", tmp_path / "traefik")
    assert image.command == ["/usr/local/bin/traefik"]
    assert image.user == "65534"


def test_only_what_is_missing_is_made() -> None:
    assert missing([pause()], lambda name: True) == []
    assert missing([pause()], lambda name: False) == [pause()]


@pytest.mark.parametrize(("processor", "machine"), [("amd64", 62), ("arm64", 183)])
def test_the_program_that_waits_is_one_that_the_system_can_load(processor: str, machine: int) -> None:
    content = program(processor)
    assert content[:4] == b"\x7fELF"
    assert struct.unpack_from("<H", content, 18) == (machine,)
    entry, headers = struct.unpack_from("<QQ", content, 24)
    kind, flags, offset, address, _, size, in_memory, _ = struct.unpack_from("<IIQQQQQQ", content, headers)
    assert (kind, flags, offset) == (1, 5, 0)
    assert size == in_memory == len(content)
    assert address < entry < address + size
