"""Reads the parts of a service that have to do with its network: ports, health, needs, routes."""

from foxden.naming import MAX_PORT, host_problem, label_problem, need_problem
from foxden.service.args import HealthArgs, PortArgs, RouteArgs
from foxden.service.reader import Reader, shown
from foxden.service.spec import Health, HealthCheck, Port, PortProtocol, Route, ServiceKind


def read_ports(reader: Reader, kind: ServiceKind) -> tuple[Port, ...]:
    """The fields ``port`` and ``ports``."""
    if reader.has("port") and reader.has("ports"):
        reader.complain("port", "must not be given beside ports")
    if kind != ServiceKind.SERVICE:
        for key in ("port", "ports"):
            if reader.has(key):
                reader.complain(key, f"must not be given for kind '{kind}', which has none")
        return ()
    ports: list[Port] = []
    if reader.has("port"):
        ports.append(Port("http", reader.integer("port", 80, 1, 65535)))
    named = reader.sub("ports")
    for name, value in named.given.items() if named else ():
        entry = reader.nested(f"ports.{name}", value)
        entry.only(PortArgs.__annotations__)
        wrong = label_problem(name, MAX_PORT)
        if wrong:
            entry.complain(None, f"name {wrong}")
        entry.require("port")
        number = entry.integer("port", 0, 1, 65535)
        twin = next((port.name for port in ports if number and port.number == number), None)
        if twin:
            entry.complain("port", f"clashes with port '{twin}', both are {number}")
        ports.append(Port(name, number, entry.choice("protocol", PortProtocol.HTTP)))
    if not ports and (named is None or (named.readable and not reader.given["ports"])):
        reader.complain("port", "must be given for kind 'service'; a service without one is of kind 'worker'")
    return tuple(ports)


def read_health(reader: Reader, kind: ServiceKind, ports: tuple[Port, ...]) -> Health:
    """The field ``health``, or what is usual for the first port."""
    entry = reader.sub("health") or reader.nested("health", {})
    entry.only(HealthArgs.__annotations__)
    if entry.given and kind in (ServiceKind.JOB, ServiceKind.CRON):
        entry.complain(None, f"must not be given for kind '{kind}', which is judged by how it ends")
    ways = [key for key in ("path", "tcp", "command") if entry.has(key)]
    if len(ways) > 1:
        entry.complain(None, f"needs one of path, tcp and command, got {' and '.join(ways)}")
    path, port, command = entry.path_text("path", ""), entry.text("port", ""), entry.program("command")
    if not entry.flag("tcp", True):
        entry.complain("tcp", "must be true or left out")
    asked = next((known for known in ports if known.name == port), ports[0] if ports else None)
    if port and not (asked and asked.name == port):
        entry.complain("port", f"names no port of the service, got {shown(port)}")
    if kind == ServiceKind.WORKER:
        for way in ways:
            if way != "command":
                entry.complain(way, f"needs a port, which kind '{kind}' has not")
    if path and asked and asked.protocol != PortProtocol.HTTP:
        entry.complain("path", f"needs a port that speaks http, port '{asked.name}' speaks {asked.protocol}")
    check_kind = _check_kind(entry, asked)
    if check_kind == HealthCheck.HTTP:
        path = path or "/health"
    interval, grace = entry.number("interval", 3, 1, 300), entry.number("grace", 60, 1, 3600)
    if interval > grace and entry.has("grace"):
        entry.complain("grace", f"must be at least interval ({interval:.15g}), got {grace:.15g}")
    elif interval > grace:
        entry.complain("interval", f"must be at most grace ({grace:.15g}), got {interval:.15g}")
    return Health(
        check=check_kind,
        path=path,
        port=asked.name if asked else "",
        command=command,
        interval=interval,
        timeout=entry.number("timeout", 2, 0.1, 60),
        grace=grace,
    )


def _check_kind(entry: Reader, asked: Port | None) -> HealthCheck:
    """The one that is given, else what is usual for the port."""
    if entry.has("command"):
        return HealthCheck.COMMAND
    if asked is None:
        return HealthCheck.NONE
    if entry.has("tcp") or asked.protocol != PortProtocol.HTTP:
        return HealthCheck.TCP
    return HealthCheck.HTTP


def read_needs(reader: Reader) -> tuple[str, ...]:
    """The field ``needs``; whether somebody provides them is seen later."""
    needs = reader.texts("needs")
    for need in needs:
        wrong = need_problem(need)
        if wrong:
            reader.complain("needs", f"{shown(need)}: {wrong}")
    for need in sorted({need for need in needs if needs.count(need) > 1}):
        reader.complain("needs", f"{shown(need)} is there twice")
    return tuple(dict.fromkeys(needs))


def read_routes(reader: Reader, ports: tuple[Port, ...]) -> tuple[Route, ...]:
    """The field ``routes``."""
    routes: list[Route] = []
    for position, value in enumerate(reader.items("routes")):
        entry = reader.nested(f"routes[{position}]", value)
        if not entry.readable:
            continue
        entry.only(RouteArgs.__annotations__)
        host, path, port = entry.text("host", ""), entry.path_text("path", "/"), entry.text("port", "")
        unfit = host_problem(host, absolute=True) if host else None
        if unfit:
            entry.complain("host", unfit)
        target = next((known for known in ports if known.name == port), ports[0] if ports and not port else None)
        if target is None:
            wrong = f"names no port of the service, got {shown(port)}"
            entry.complain("port", wrong if port else "is missing: the service has none")
        elif target.protocol == PortProtocol.TCP:
            entry.complain("port", f"must speak http or grpc to be routed, port '{target.name}' speaks tcp")
        route = Route(host, path.rstrip("/") or "/", port, entry.flag("strip_path", False))
        if any((route.host, route.path) == (other.host, other.path) for other in routes):
            entry.complain(None, f"is there twice: host '{host}', path '{path}'")
        routes.append(route)
    return tuple(routes)
