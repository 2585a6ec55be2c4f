"""The provider protocol for objects of any kind; configuration and errors are as in every stand-in."""

from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from local.plugins import answers, base
from local.plugins.contract import Differences
from local.plugins.errors import Incomplete
from local.plugins.kubernetes import operations, preview
from local.plugins.kubernetes.cluster import Cluster
from local.plugins.kubernetes.described import schema
from local.plugins.kubernetes.kinds import Kind, of_token
from local.plugins.kubernetes.objects import checked, problems
from local.plugins.kubernetes.provider import PACKAGE
from local.plugins.kubernetes.sealing import sealed
from local.plugins.wire import Values, decode, encode, plain

Context = base.Context


class Provider(base.Provider[Cluster]):
    """Serves every kind that the API server has."""

    def __init__(self) -> None:
        super().__init__(PACKAGE)

    def GetSchema(self, request: Any, context: Context) -> Any:
        return provider_pb2.GetSchemaResponse(schema=schema(PACKAGE.name, PACKAGE.version))

    def Construct(self, request: Any, context: Context) -> Any:
        self._missing(context, request.type)

    def Check(self, request: Any, context: Context) -> Any:
        given, olds = decode(request.news), decode(request.olds)
        name = request.urn.split("::")[-1]

        def check() -> Any:
            kind, cluster = self._kind(request, given), self._connected(context)
            # Before anything is made or changed; what is there already may still be read and removed.
            cluster.check_age()
            namespace = operations.usual_namespace(cluster, kind)
            inputs = checked(given, olds, kind, name, request.randomSeed, namespace)
            return answers.check_response(inputs, problems(plain(inputs), kind))

        return self._answered(context, check)

    def Diff(self, request: Any, context: Context) -> Any:
        state, old, new = (decode(side) for side in (request.olds, request.old_inputs, request.news))
        cluster = self._connected(context)

        def diff() -> Differences:
            return preview.differences(cluster, self._kind(request, new), plain(state), plain(old), plain(new))

        found = self._answered(context, diff)
        return answers.diff_response(found.changes, found.delete_first)

    def Create(self, request: Any, context: Context) -> Any:
        inputs = decode(request.properties)
        cluster = self._connected(context)
        wish = plain(inputs)

        def create() -> Any:
            kind = self._kind(request, wish)
            if request.preview:
                foreseen = preview.created(cluster, kind, wish)
                return provider_pb2.CreateResponse(properties=encode(sealed(foreseen, inputs)))
            try:
                found = operations.create(cluster, kind, wish, request.timeout)
            except Incomplete as error:
                base.abort_incomplete(context, error, sealed(error.outputs, _origin(inputs)))
            outputs = encode(sealed(found.outputs, _origin(inputs)))
            return provider_pb2.CreateResponse(id=found.resource_id, properties=outputs)

        return self._answered(context, create)

    def Read(self, request: Any, context: Context) -> Any:
        inputs, state = decode(request.inputs), decode(request.properties)
        cluster = self._connected(context)

        def read() -> Any:
            kind = self._kind(request, inputs or state)
            try:
                found = operations.read(cluster, kind, request.id, plain(state), plain(inputs))
            except Incomplete as error:
                now = sealed(error.outputs["__inputs"], inputs)
                base.abort_incomplete(context, error, sealed(error.outputs, _origin(inputs)), now)
            if found is None:
                return provider_pb2.ReadResponse()
            return provider_pb2.ReadResponse(
                id=found.resource_id,
                properties=encode(sealed(found.outputs, _origin(inputs or state))),
                inputs=encode(sealed(found.outputs["__inputs"], inputs)),
            )

        return self._answered(context, read)

    def Update(self, request: Any, context: Context) -> Any:
        state, inputs = decode(request.olds), decode(request.news)
        cluster = self._connected(context)
        before, wish = plain(state), plain(inputs)

        def update() -> Any:
            kind = self._kind(request, wish)
            if request.preview:
                foreseen = preview.updated(cluster, kind, before, wish)
                return provider_pb2.UpdateResponse(properties=encode(sealed(foreseen, inputs)))
            try:
                outputs = operations.update(cluster, kind, request.id, before, wish, request.timeout)
            except Incomplete as error:
                base.abort_incomplete(context, error, sealed(error.outputs, _origin(inputs)))
            return provider_pb2.UpdateResponse(properties=encode(sealed(outputs, _origin(inputs))))

        return self._answered(context, update)

    def Delete(self, request: Any, context: Context) -> Any:
        state, cluster = plain(decode(request.properties)), self._connected(context)

        def delete() -> Any:
            operations.delete(cluster, self._kind(request, state), request.id, state, request.timeout)
            return empty_pb2.Empty()

        return self._answered(context, delete)

    def _kind(self, request: Any, inputs: Values) -> Kind:
        return of_token(request.urn.split("::")[2].split("$")[-1], plain(inputs))

    def _missing(self, context: Context, token: str) -> NoReturn:
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            f"the stand-in for the kubernetes plugin has no '{token}': it manages objects of the API, and runs no "
            "templates or charts; the official plugin has all (see docs/plugins.md)",
        )
        raise AssertionError("abort raises")


def _origin(inputs: Values) -> Values:
    """Where the parts of a state come from."""
    return {**inputs, "__inputs": inputs}
