"""``python -m local.plugins.aws ENGINE-ADDRESS``: what the engine starts."""

import sys

from local.plugins.process import end, protocol_only, serve

protocol_only()

from local.errors import LocalError  # noqa: E402
from local.plugins.aws import engine  # noqa: E402
from local.plugins.aws.bridge import Bridge  # noqa: E402
from local.plugins.aws.forward import Forward  # noqa: E402
from local.plugins.aws.known import Known, schema_file  # noqa: E402
from local.plugins.aws.types import FUNCTIONS, RESOURCES  # noqa: E402
from local.toolchain.aws import parts  # noqa: E402

try:
    server, address = engine.serve(sys.argv[1] if len(sys.argv) > 1 else None)
    found, include = parts(), sorted({*RESOURCES.values(), *FUNCTIONS.values()})
    bridge = Bridge(found, address, include)
except (LocalError, OSError) as error:
    sys.exit(str(error))
bridge.when_ended(end)
forward = Forward(bridge.stub, address, Known(bridge.stub, schema_file(found.version, include)))
serve(lambda grpc_server: grpc_server.add_generic_rpc_handlers((forward,)))
