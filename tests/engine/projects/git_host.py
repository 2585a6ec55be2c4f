"""A host of repositories, as those on the internet are: git over HTTPS, by a name, here behind a proxy of its own."""

import os
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local.paths import REPO
from tests.engine.bootlab.registry import trust
from tests.engine.bootlab.serving import Answering, serving
from tests.engine.plugins.servers import free_ports

NAME = "git.example.com"


@contextmanager
def hosted(directory: Path, path: str, tag: str, changes: Mapping[str, tuple[str, str]]) -> Iterator[dict[str, str]]:
    """Has this checkout's files at ``https://git.example.com/<path>`` while the block runs; gives the variables by
    which ``pulumi`` reaches it.

    :param directory: A directory that this may write to.
    :param path: The repository's, such as ``foxden/infrastructure.git``.
    :param tag: The tag that its one commit has.
    :param changes: File -> what of it was replaced before, and by what.
    """
    _repository(directory / "repositories" / path, directory / "files", tag, changes)
    trusted = trust([NAME], directory)
    authority = directory / "git-host.pem"
    authority.write_text(trusted.authority)
    address = ("127.0.0.1", free_ports(1)[0])
    with serving(address, _proxy(directory / "repositories", trusted.context)):
        yield {"HTTPS_PROXY": f"http://{address[0]}:{address[1]}", "SSL_CERT_FILE": str(authority)}


def _repository(bare: Path, files: Path, tag: str, changes: Mapping[str, tuple[str, str]]) -> None:
    known = subprocess.run(["git", "ls-files", "-z"], cwd=REPO, check=True, capture_output=True, text=True).stdout
    for name in filter(None, known.split("\0")):
        if (REPO / name).is_file():
            (files / name).parent.mkdir(parents=True, exist_ok=True)
            (files / name).write_bytes((REPO / name).read_bytes())
    for name, (old, new) in changes.items():
        text = (files / name).read_text()
        assert old in text, f"{name} has no {old!r}"
        (files / name).write_text(text.replace(old, new))
    who = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
    for words in (["init", "-q"], ["add", "--all"], [*who, "commit", "-q", "-m", "all"], ["tag", tag]):
        subprocess.run(["git", *words], cwd=files, check=True)
    subprocess.run(["git", "clone", "-q", "--bare", str(files), str(bare)], check=True)


def _proxy(repositories: Path, context: ssl.SSLContext) -> type[Answering]:
    class Git(Answering):
        """Passes each request to git's own server, which is a program of the CGI kind."""

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.given()
            variables = {
                "GIT_PROJECT_ROOT": str(repositories),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REQUEST_METHOD": self.command,
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            }
            done = subprocess.run(
                ["git", "http-backend"], input=body, env={**os.environ, **variables}, check=True, capture_output=True
            )
            head, _, answer = done.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.say(int(headers.pop("Status", "200").split()[0]), answer, headers)

        do_POST = do_GET

    class Proxy(Answering):
        """Whatever host is asked for: it is this one."""

        def do_CONNECT(self) -> None:
            self.send_response(200)
            self.end_headers()
            with context.wrap_socket(self.connection, server_side=True) as inside:
                Git(inside, self.client_address, self.server)
            self.close_connection = True

    return Proxy
