"""From a service to a Nomad job, in the form of Nomad's API (pure)."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from foxden.connection import Connection
from foxden.naming import digest
from foxden.schedulers.nomad import placement, release
from foxden.schedulers.nomad.literal import META, config_value, config_values, env_values
from foxden.schedulers.nomad.options import NetworkMode, NomadOptions, options_of
from foxden.schedulers.nomad.registration import consul_services
from foxden.schedulers.nomad.secrets import secrets_template
from foxden.schedulers.nomad.sidecar import addresses, needs_task, provided_needs
from foxden.schedulers.nomad.units import MAIN_TASK, nanoseconds, need_label, port_label
from foxden.service.discovery import Target, needs_env, port_env_name
from foxden.service.spec import Resources, ServiceKind, ServiceSpec

_ALL_ADDRESSES = "0.0.0.0"  # noqa: S104 - in the instance's own network

_DISK = 100
"""MiB of a job's own directory; its logs must fit."""


def render_job(spec: ServiceSpec, connection: Connection, targets: Mapping[str, Target]) -> dict[str, Any]:
    """The job of a service. ``targets`` has all its needs; others in it are left aside."""
    options = options_of(connection.options)
    needed = {need: targets[need] for need in spec.needs}
    job: dict[str, Any] = {
        "ID": spec.name,
        "Name": spec.name,
        "Namespace": connection.environment,
        "Datacenters": list(options.datacenters),
        **placement.pool(spec.placement),
        "Type": "service" if release.is_lasting(spec.kind) else "batch",
        "Meta": _meta(spec, connection),
        "TaskGroups": [_group(spec, connection, needed, options)],
    }
    if spec.kind == ServiceKind.CRON:
        job["Periodic"] = {
            "Enabled": True,
            "SpecType": "cron",
            "Specs": [spec.schedule],
            "TimeZone": spec.timezone,
            "ProhibitOverlap": True,
        }
    return job


def _meta(spec: ServiceSpec, connection: Connection) -> dict[str, str]:
    labels = {f"label.{name}": value for name, value in spec.labels.items()}
    return {**META, **labels, "environment": connection.environment, "version": spec.version}


def _group(
    spec: ServiceSpec, connection: Connection, needed: Mapping[str, Target], options: NomadOptions
) -> dict[str, Any]:
    needs = provided_needs(needed)
    tasks = [_main_task(spec, connection, needed, options)]
    if needs:
        tasks.insert(0, needs_task(connection.environment, needs, options))
    group: dict[str, Any] = {
        "Name": spec.name,
        "Count": spec.replicas,
        "Networks": [_network(spec, list(needs), options)],
        "Tasks": tasks,
        "RestartPolicy": release.restart(spec.kind),
        "ReschedulePolicy": release.reschedule(spec.kind),
        "EphemeralDisk": {"SizeMB": _DISK, "Sticky": False, "Migrate": False},
        "Spreads": [{"Attribute": "${node.unique.id}", "Weight": 100}],
        **placement.constraints(spec.placement),
    }
    if release.is_lasting(spec.kind):
        group["Update"] = release.update(spec)
    return group


def _network(spec: ServiceSpec, needs: list[str], options: NomadOptions) -> dict[str, Any]:
    bridge = options.network_mode == NetworkMode.BRIDGE
    ports = [{"Label": port_label(port.name), "To": port.number if bridge else 0} for port in spec.ports]
    # -1: the proxy listens on the very port that Nomad chose, in the instance's own network, too.
    ports += [{"Label": need_label(need), "To": -1 if bridge else 0} for need in needs]
    return {"Mode": str(options.network_mode), "DynamicPorts": ports}


def _main_task(
    spec: ServiceSpec, connection: Connection, needed: Mapping[str, Target], options: NomadOptions
) -> dict[str, Any]:
    task: dict[str, Any] = {
        "Name": MAIN_TASK,
        "Env": _env(spec, connection, needed, options),
        "Resources": _resources(spec.resources, options),
        "LogConfig": {"MaxFiles": 3, "MaxFileSizeMB": 10},
        "KillSignal": "SIGTERM",
        "KillTimeout": nanoseconds(spec.termination_grace),
        "Services": consul_services(spec, connection.environment),
        # Nomad changes checks of instances that run, metadata of none: so one that asks for what is not there finds
        # new instances unwell, while those before go on under their own.
        "Meta": {"health": digest(asdict(spec.health))},
        **_program(spec, options),
    }
    if spec.ports:
        task["ShutdownDelay"] = nanoseconds(release.SHUTDOWN_DELAY)
    if spec.secrets:
        task["Templates"] = [secrets_template(spec.secrets)]
    return task


def _program(spec: ServiceSpec, options: NomadOptions) -> dict[str, Any]:
    if spec.image is None:
        program, *first = spec.command
        arguments = config_values([*first, *spec.args])
        return {
            "Driver": str(options.command_driver),
            "Config": {"command": config_value(program), "args": arguments},
        }
    config: dict[str, Any] = {"image": spec.image, "force_pull": False}
    if spec.args:
        config["args"] = config_values(spec.args)
    if options.network_mode == NetworkMode.HOST:
        config["network_mode"] = "host"
    return {"Driver": "docker", "Config": config}


def _env(
    spec: ServiceSpec, connection: Connection, needed: Mapping[str, Target], options: NomadOptions
) -> dict[str, str]:
    env = {
        **env_values(spec.env),
        **needs_env(addresses(needed)),
        "SERVICE_NAME": spec.name,
        "SERVICE_VERSION": spec.version,
        "ENVIRONMENT": connection.environment,
        "INSTANCE_ID": "${NOMAD_ALLOC_ID}",
    }
    if spec.ports:
        first = port_label(spec.ports[0].name)
        env["HOST"] = _ALL_ADDRESSES if options.network_mode == NetworkMode.BRIDGE else f"${{NOMAD_IP_{first}}}"
        env["PORT"] = f"${{NOMAD_PORT_{first}}}"
        for port in spec.ports:
            env[port_env_name(port.name)] = f"${{NOMAD_PORT_{port_label(port.name)}}}"
    return env


def _resources(resources: Resources, options: NomadOptions) -> dict[str, int]:
    rendered = {"CPU": options.megahertz(resources.cpu), "MemoryMB": resources.memory}
    if resources.memory_limit is not None:
        rendered["MemoryMaxMB"] = resources.memory_limit
    return rendered
