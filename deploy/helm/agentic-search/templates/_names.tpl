{{- define "agentic-search.name" -}}
{{- $name := ternary .Release.Name (printf "%s-agentic-search" .Release.Name) (contains "agentic-search" .Release.Name) -}}
{{- $name | trunc 50 | trimSuffix "-" -}}
{{- end }}

{{- define "agentic-search.selector" -}}
app.kubernetes.io/name: agentic-search
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "agentic-search.labels" -}}
{{ include "agentic-search.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "agentic-search.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end }}
