"""``python -m local.plugins.language_nodejs ENGINE-ADDRESS``: what the engine starts."""

import sys

from local.plugins.process import protocol_only, serve

protocol_only()

from pulumi.runtime.proto import language_pb2_grpc  # noqa: E402

from local.plugins.language_nodejs.host import Host  # noqa: E402

_engine = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
serve(lambda server: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Host(_engine), server))
