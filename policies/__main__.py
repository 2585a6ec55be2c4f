"""What the engine runs for ``pulumi preview --policy-pack policies``."""

import sys
from pathlib import Path

import yaml

_HERE = Path(__file__).resolve().parent
# The engine runs a pack as a program of its own, which sees neither the package it is in nor what lies beside it.
sys.path[0] = str(_HERE.parent)

from pulumi.runtime.proto import analyzer_pb2_grpc  # noqa: E402

from foxden.errors import InvalidInput  # noqa: E402
from local.plugins.process import serve  # noqa: E402
from policies.pack import load  # noqa: E402
from policies.sources.engine import Analyzer  # noqa: E402

try:
    _analyzer = Analyzer(load(), yaml.safe_load((_HERE / "PulumiPolicy.yaml").read_text())["version"])
except InvalidInput as error:
    sys.exit(str(error))
serve(lambda server: analyzer_pb2_grpc.add_AnalyzerServicer_to_server(_analyzer, server))
