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
		trusted_proxies static 127.0.0.1/32 ::1/128
	}
}
http://:{{ env "NOMAD_PORT_need__pods" }} {
	bind 127.0.0.1
{{- template "proxy" (parseJSON `{"protocol": "http", "service": "pods--demo"}`) }}
	handle_errors {
		header Content-Type "text/plain; charset=utf-8"
		@waited expression `{err.message}.contains("no-healthy-instance")`
		respond @waited "503: service {vars.service} has no healthy instance
" 503
		respond "{err.status_code}: service {vars.service} has no instance that answers
"
	}
}
http://:{{ env "NOMAD_PORT_need__pods__admin" }} {
	bind 127.0.0.1
{{- template "proxy" (parseJSON `{"protocol": "grpc", "service": "pods--demo--admin"}`) }}
	handle_errors {
		header Content-Type "text/plain; charset=utf-8"
		@waited expression `{err.message}.contains("no-healthy-instance")`
		respond @waited "503: service {vars.service} has no healthy instance
" 503
		respond "{err.status_code}: service {vars.service} has no instance that answers
"
	}
}
