{{/* What a schema cannot say, or not so that it helps: each ends the rendering with what to do. */}}
{{- define "tracewell.check" -}}
{{- if not .Values.elasticsearch.urls -}}
{{- fail "\n\nelasticsearch.urls is needed, such as --set 'elasticsearch.urls={https://elasticsearch.example.com:9200}'" -}}
{{- end -}}
{{- if not .Values.elasticsearch.existingSecret -}}
{{- fail (printf "\n\nelasticsearch.existingSecret is needed: a Secret in the namespace %s with username and password, or api-key (docs/install.md, 3)" .Release.Namespace) -}}
{{- end -}}
{{- $ports := list (.Values.webhook.port | int) (.Values.reports.port | int) (include "tracewell.httpPort" . | int) -}}
{{- if lt (len (uniq $ports)) 3 -}}
{{- fail (printf "\n\nwebhook.port, reports.port and health.port must differ; they are %s" (join ", " $ports)) -}}
{{- end -}}
{{- range $key, $_ := mustMerge (dict) (.Values.commonLabels | default dict) (.Values.podLabels | default dict) -}}
{{- if or (hasPrefix "helm.sh/" $key) (hasPrefix "app.kubernetes.io/" $key) -}}
{{- fail (printf "\n\ncommonLabels and podLabels cannot name %s: the chart sets labels of this kind itself, and finds its pods by them" $key) -}}
{{- end -}}
{{- end -}}
{{- if and (include "tracewell.hostNetwork" .) (.Values.networkPolicy).enabled -}}
{{- fail "\n\nnetworkPolicy.enabled does nothing for pods on the network of their nodes (webhook.hostNetwork): switch one of them off, and let the nodes' firewalls say who reaches the ports" -}}
{{- end -}}
{{- end }}
