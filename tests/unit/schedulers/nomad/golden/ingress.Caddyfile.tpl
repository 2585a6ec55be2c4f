{{- define "proxy" }}{{- $all := service (printf "%s|any" .service) }}{{ $slots := 8 }}
{{- range loop 6 }}{{ if lt $slots (len $all) }}{{ $slots = multiply 2 $slots }}{{ end }}{{ end }}
{{- $name := print "up." .service }}
		map {file.{{ env "NOMAD_TASK_DIR" }}/pools}
{{- range loop $slots }} {{ "{" }}{{ $name }}.{{ . }}}{{ end }} {
			"~>{{ .service }}
{{- range loop $slots }} (\S+){{ end }}"
{{- range loop $slots }} {{ "${" }}{{ add 1 . }}}{{ end }}
			default{{ range loop $slots }} unix//no-healthy-instance{{ end }}
		}
		vars service {{ .service }}
		reverse_proxy{{ range loop $slots }} {{ "{" }}{{ $name }}.{{ . }}}{{ end }} {
			lb_policy round_robin
			lb_try_duration 10s
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
{
	admin off
	auto_https off
	persist_config off
	servers {
		protocols h1 h2c
	}
}
:{{ env "NOMAD_PORT_http" }} {
	bind {{ env "NOMAD_IP_http" }}
	log {
		output stdout
		format json
	}
	route {
{{- range $i, $pair := tree "foxden/ingress" }}{{ if regexMatch `^{"environment": "[a-z0-9-]+", "host": "[a-z0-9.-]+", "path": "/[A-Za-z0-9._~!$&'()+,;=:@%/-]*", "protocol": "(http|grpc)", "service": "[a-z0-9-]+", "strip": (true|false)}$` $pair.Value }}{{ with parseJSON $pair.Value }}
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
	handle_errors {
		header Content-Type "text/plain; charset=utf-8"
		@waited expression `{err.message}.contains("no-healthy-instance")`
		respond @waited "503: service {vars.service} has no healthy instance
" 503
		respond "{err.status_code}: service {vars.service} has no instance that answers
"
	}
}
