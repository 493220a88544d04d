{{/* Name of every object of the release, and of its certificates. */}}
{{- define "tracewell.name" -}}
{{- if contains "tracewell" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-tracewell" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "tracewell.selector" -}}
app.kubernetes.io/name: tracewell
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Of the pod of `helm test`, which no Service, budget or Deployment may take for the operator's. */}}
{{- define "tracewell.testSelector" -}}
app.kubernetes.io/name: tracewell-test
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tracewell.labels" -}}
{{ include "tracewell.selector" . }}
{{ include "tracewell.ownLabels" . }}
{{- end }}

{{- define "tracewell.ownLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Of a pod that Pod Security may restrict; nobody else's uid. */}}
{{- define "tracewell.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65520
runAsGroup: 65520
fsGroup: 65520
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "tracewell.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Where a pod of ours may run, and how its image comes. */}}
{{- define "tracewell.placement" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/*
Values that came with this chart are not there after `helm upgrade --reuse-values` from an older one: these are asked for so that
it goes on as before.
*/}}
{{- define "tracewell.httpPort" -}}{{ (.Values.health).port | default 8080 | int }}{{- end }}
{{- define "tracewell.hostNetwork" -}}{{ if .Values.webhook.hostNetwork }}true{{ end }}{{- end }}

{{/* The TCP port of a URL. */}}
{{- define "tracewell.portOf" -}}
{{- $url := urlParse . -}}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (eq $url.scheme "https" | ternary "443" "80") -}}
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

{{/* How replicas of one version keep apart. */}}
{{- define "tracewell.spread" -}}
{{- $constraints := .Values.topologySpreadConstraints -}}
{{- if kindIs "invalid" $constraints -}}
{{- /* Apart where that is possible, together where there is one node. */ -}}
{{- $constraints = list -}}
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" -}}
{{- $constraints = append $constraints (dict "maxSkew" 1 "topologyKey" . "whenUnsatisfiable" "ScheduleAnyway") -}}
{{- end -}}
{{- end -}}
{{- if $constraints -}}
{{- $ours := dict "labelSelector" (dict "matchLabels" (include "tracewell.selector" . | fromYaml)) "matchLabelKeys" (list "pod-template-hash") -}}
topologySpreadConstraints:
  {{- range $constraints }}
  - {{ merge (dict) . (hasKey . "labelSelector" | ternary dict $ours) | toYaml | nindent 4 | trim }}
  {{- end }}
{{- end }}
{{- end }}
