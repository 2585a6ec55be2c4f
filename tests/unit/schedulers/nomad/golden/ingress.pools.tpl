{{- define "pool" }}{{- $all := service (printf "%s|any" .service) }}{{ $slots := 8 }}
{{- range loop 6 }}{{ if lt $slots (len $all) }}{{ $slots = multiply 2 $slots }}{{ end }}{{ end }}
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
{{- $pool := split " " (trimSpace (or $well $unasked "unix//no-healthy-instance")) }}
>{{ .service }}{{ range loop $slots }} {{ index $pool (modulo (len $pool) .) }}{{ end }}
{{- end }}
{{- range tree "foxden/ingress" }}{{ if regexMatch `^{"environment": "[a-z0-9-]+", "host": "[a-z0-9.-]+", "path": "/[A-Za-z0-9._~!$&'()+,;=:@%/-]*", "protocol": "(http|grpc)", "service": "[a-z0-9-]+", "strip": (true|false)}$` .Value }}
{{- template "pool" (parseJSON .Value) }}
{{- end }}{{ end }}
