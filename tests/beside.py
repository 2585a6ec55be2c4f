"""Two commands at once, the first at a low priority: ``python -m tests.beside COMMAND... -- COMMAND...``.

What the second prints is seen as it goes, what the first printed when both have ended. The exit code is the second's,
or the first's where that one alone failed.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence


def beside(patient: Sequence[str], urgent: Sequence[str]) -> int:
    """Run both, and give the exit code. Ctrl-C reaches both of them; they are waited for all the same."""
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        behind = subprocess.Popen(["nice", "-n", "10", *patient], stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        ahead = subprocess.Popen(urgent)
        codes = [_ended(process) for process in (ahead, behind)]
        said.seek(0)
        sys.stdout.write(f"\n{' '.join(patient)}:\n{said.read()}")
    return codes[0] or codes[1]


def _ended(process: subprocess.Popen[bytes]) -> int:
    """Its exit code, once it has one: a test that is interrupted still takes away what it has started."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    _words = sys.argv[1:]
    _middle = _words.index("--")
    sys.exit(beside(_words[:_middle], _words[_middle + 1 :]))
