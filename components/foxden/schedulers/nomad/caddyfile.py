"""The proxies' files, as templates that Nomad renders from Consul's catalog and keeps up to date (pure).

There are two. The Caddyfile says what is proxied and stays the same while instances come and go: whenever Caddy takes
over a new one it may lose a request (a Go server that is shut down drops what it has read but not begun to answer). The
pools have the addresses. Caddy's ``map`` reads them each time it is about to connect, so a change counts at once, even
for a request that waits to be tried again.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CADDYFILE = "Caddyfile"
POOLS = "pools"

WAIT = 10
"""Seconds that a request waits for a healthy instance before it fails. The only one that died or moves is back then."""

_NOBODY = "unix//no-healthy-instance"
"""An address that nobody listens at: the request waits and is tried again."""


@dataclass(frozen=True)
class Upstream:
    """Whom a proxy passes requests on to."""

    service: str
    """Its name in Consul."""
    protocol: str
    """``http`` or ``grpc``."""


# A pool has a number of slots that its instances fill in turn. It is a power of two, so that scaling seldom changes it:
# the Caddyfile has the slots by number.
_COUNT_SLOTS = """\
{{- $all := service (printf "%s|any" .service) }}{{ $slots := 8 }}
{{- range loop 6 }}{{ if lt $slots (len $all) }}{{ $slots = multiply 2 $slots }}{{ end }}{{ end }}
"""

# Only instances that Consul calls well are in the pool. Where it knows none, as for a moment after its agent was
# restarted, those are that it hasn't asked yet.
_POOL = (
    '{{- define "pool" }}'
    + _COUNT_SLOTS
    + """\
{{- $well := "" }}{{ $unasked := "" }}
{{- range $all }}
{{- $host := .Address }}{{ if regexMatch ":" $host }}{{ $host = printf "[%s]" $host }}{{ end }}
{{- $address := printf " %s:%d" $host .Port }}
{{- if or (eq .Status "passing") (eq .Status "warning") }}{{ $well = print $well $address }}
{{- else if eq .Status "critical" }}
{{- $asked := false }}
{{- range .Checks }}{{ if and (eq .Status "critical") .Output }}{{ $asked = true }}{{ end }}{{ end }}
{{- if not $asked }}{{ $unasked = print $unasked $address }}{{ end }}
{{- end }}
{{- end }}
{{- $pool := split " " (trimSpace (or $well $unasked "NOBODY")) }}
>{{ .service }}{{ range loop $slots }} {{ index $pool (modulo (len $pool) .) }}{{ end }}
{{- end }}
""".replace("NOBODY", _NOBODY)
)

# An instance that can't be connected to is left alone for a moment, and the request goes to another. What an instance
# may have begun to work on is repeated only where that is harmless.
_PROXY = (
    '{{- define "proxy" }}'
    + _COUNT_SLOTS
    + """\
{{- $name := print "up." .service }}
		map {file.{{ env "NOMAD_TASK_DIR" }}/POOLS}
{{- range loop $slots }} {{ "{" }}{{ $name }}.{{ . }}}{{ end }} {
			"~>{{ .service }}
{{- range loop $slots }} (\\S+){{ end }}"
{{- range loop $slots }} {{ "${" }}{{ add 1 . }}}{{ end }}
			default{{ range loop $slots }} NOBODY{{ end }}
		}
		vars service {{ .service }}
		reverse_proxy{{ range loop $slots }} {{ "{" }}{{ $name }}.{{ . }}}{{ end }} {
			lb_policy round_robin
			lb_try_duration WAITs
			lb_try_interval 50ms
			lb_retry_match {
				method GET HEAD OPTIONS
			}
			fail_duration 1s
			stream_close_delay 1h
			transport http {
				dial_timeout 2s
{{- if eq .protocol "grpc" }}
				versions h2c
{{- end }}
			}
		}
{{- end }}
""".replace("POOLS", POOLS)
    .replace("NOBODY", _NOBODY)
    .replace("WAIT", str(WAIT))
)

_GLOBAL = """\
{
	admin off
	auto_https off
	persist_config off
	servers {
		protocols h1 h2c%s
	}
}
"""

_ERRORS = """\
	handle_errors {
		header Content-Type "text/plain; charset=utf-8"
		@waited expression `{err.message}.contains("no-healthy-instance")`
		respond @waited "503: service {vars.service} has no healthy instance
" 503
		respond "{err.status_code}: service {vars.service} has no instance that answers
"
	}
"""

_INGRESS = """\
:{{ env "NOMAD_PORT_http" }} {
	bind {{ env "NOMAD_IP_http" }}
	log {
		output stdout
		format json
	}
	route {
{{- range $i, $pair := tree "PREFIX" }}{{ if regexMatch `VALUE` $pair.Value }}{{ with parseJSON $pair.Value }}
		@route{{ $i }} {
			host {{ .host }}
{{- if ne .path "/" }}
			path {{ .path }} {{ .path }}/*
{{- end }}
		}
		handle @route{{ $i }} {
{{- if and .strip (ne .path "/") }}
			uri strip_prefix {{ .path }}
{{- end }}
{{- template "proxy" . }}
		}
{{- end }}{{ end }}{{ end }}
		handle {
			header Content-Type "text/plain; charset=utf-8"
			respond "404: no service has a route for this host and path: {host}{path}
" 404
		}
	}
"""

_INGRESS_POOLS = """\
{{- range tree "PREFIX" }}{{ if regexMatch `VALUE` .Value }}
{{- template "pool" (parseJSON .Value) }}
{{- end }}{{ end }}
"""


def needs_caddyfile(needs: Iterable[tuple[str, Upstream]]) -> str:
    """A proxy that listens on loopback at one port for each need, by the port's label.

    The one who connects is the service beside it, so what that says of its own clients is passed on.
    """
    sites = "".join(_need_site(label, upstream) for label, upstream in needs)
    return _PROXY + _GLOBAL % "\n\t\ttrusted_proxies static 127.0.0.1/32 ::1/128" + sites


def _need_site(label: str, upstream: Upstream) -> str:
    return (
        f'http://:{{{{ env "NOMAD_PORT_{label}" }}}} {{\n'
        "\tbind 127.0.0.1\n"
        f'{{{{- template "proxy" ({_fields(upstream)}) }}}}\n'
        f"{_ERRORS}}}\n"
    )


def _fields(upstream: Upstream) -> str:
    fields = json.dumps({"protocol": upstream.protocol, "service": upstream.service})
    return f"parseJSON `{fields}`"


def needs_pools(needs: Iterable[tuple[str, Upstream]]) -> str:
    """The pools of a needs proxy."""
    return _POOL + "".join(f'{{{{- template "pool" ({_fields(upstream)}) }}}}\n' for _, upstream in needs)


def ingress_caddyfile(prefix: str, value: str, trusted: Sequence[str] = ()) -> str:
    """The way in from outside; its routes are below ``prefix`` in Consul's KV store, as JSON that matches ``value``.

    The first route that fits wins, in the order of the keys. What proxies at ``trusted`` addresses say of their clients
    is passed on.
    """
    proxies = f"\n\t\ttrusted_proxies static {' '.join(trusted)}\n\t\ttrusted_proxies_strict" if trusted else ""
    routes = _INGRESS.replace("PREFIX", prefix).replace("VALUE", value)
    return _PROXY + _GLOBAL % proxies + routes + _ERRORS + "}\n"


def ingress_pools(prefix: str, value: str) -> str:
    """The pools of the way in; see :func:`ingress_caddyfile`."""
    routes = _INGRESS_POOLS.replace("PREFIX", prefix).replace("VALUE", value)
    return _POOL + routes
