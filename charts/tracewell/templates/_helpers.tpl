{{/* Name of every object of the release, and of its certificates. */}}
{{- define "tracewell.name" -}}
{{- if contains "tracewell" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-tracewell" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "tracewell.selector" -}}
app.kubernetes.io/name: tracewell
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tracewell.labels" -}}
{{ include "tracewell.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* (dict "image" .Values.image "root" .) */}}
{{- define "tracewell.image" -}}
{{- if .image.digest }}{{ .image.repository }}@{{ .image.digest }}{{ else }}{{ .image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end }}

{{/* Bounds of policies as JSON; what is empty is left out. */}}
{{- define "tracewell.bounds" -}}
{{- $retention := dict -}}
{{- range $key, $value := .Values.bounds.retention }}{{ if $value }}{{ $_ := set $retention $key (toString $value) }}{{ end }}{{ end -}}
{{- $resources := dict -}}
{{- range $key, $value := .Values.bounds.sidecar.resources.max }}{{ if $value }}{{ $_ := set $resources $key (toString $value) }}{{ end }}{{ end -}}
{{- dict "retention" $retention "resources" $resources | toJson -}}
{{- end }}
