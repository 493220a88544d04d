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
