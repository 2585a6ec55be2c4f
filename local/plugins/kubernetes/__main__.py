"""``python -m local.plugins.kubernetes ENGINE-ADDRESS``: what the engine starts."""

from local.plugins.process import protocol_only, serve

protocol_only()

from pulumi.runtime.proto import provider_pb2_grpc  # noqa: E402

from local.plugins.kubernetes.servicer import Provider  # noqa: E402

serve(lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(), server))
