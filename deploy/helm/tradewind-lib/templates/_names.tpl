{{/*
What its objects are called: as the chart, or apart from that where it is a canary, which stands beside
the release that `canaryOf` names.
*/}}
{{- define "tradewind-lib.name" -}}
{{- .Chart.Name -}}{{- if .Values.canaryOf }}-canary{{ end -}}
{{- end -}}

{{/* What finds the pods of a chart but no canary's, and never changes. */}}
{{- define "tradewind-lib.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* What finds every pod of a service, a canary's too: (dict "name" …). */}}
{{- define "tradewind-lib.everyPod" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/part-of: tradewind
{{- end -}}

{{/* What every object says of itself. */}}
{{- define "tradewind-lib.labels" -}}
{{ include "tradewind-lib.selector" . }}
app.kubernetes.io/part-of: tradewind
app.kubernetes.io/version: {{ include "tradewind-lib.tag" . | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* Which version of the images; `latest` would be another one at every restart. */}}
{{- define "tradewind-lib.tag" -}}
{{- $tag := .Values.global.image.tag | default .Chart.AppVersion -}}
{{- if eq $tag "latest" -}}
{{- fail "global.image.tag is latest, which may be another image at every restart of a pod. Name a version, for example 1.2.3." -}}
{{- end -}}
{{- $tag -}}
{{- end -}}

{{/* The image of a service: (dict "name" … "root" $). */}}
{{- define "tradewind-lib.image" -}}
{{- printf "%s/%s:%s" .root.Values.global.image.registry .name (include "tradewind-lib.tag" .root) -}}
{{- end -}}

{{/* Which image a service is of; the libraries of live brokers are in one of their own. */}}
{{- define "tradewind-lib.imageName" -}}
{{- .Chart.Name -}}{{- if include "tradewind-lib.tradesLive" . }}-live{{ end -}}
{{- end -}}

{{/* The class of a priority of the catalogue: (dict "priority" … "root" $). */}}
{{- define "tradewind-lib.priorityClassName" -}}
{{- if and .priority .root.Values.global.priorityClasses -}}
priorityClassName: {{ printf "%s-%s" (.root.Values.canaryOf | default .root.Release.Name) .priority }}
{{- end -}}
{{- end -}}

{{/* How many processes: fixed for an elected service, by values for the others. */}}
{{- define "tradewind-lib.replicas" -}}
{{- $service := include "tradewind-lib.service" . | fromYaml -}}
{{- if $service.elected -}}
{{- add 1 .Values.global.standbys -}}
{{- else -}}
{{- .Values.replicas -}}
{{- end -}}
{{- end -}}
