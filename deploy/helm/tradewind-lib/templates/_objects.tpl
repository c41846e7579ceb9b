{{/* Everything that one service is made of in a cluster. */}}
{{- define "tradewind-lib.objects" -}}
{{- $service := include "tradewind-lib.service" . | fromYaml -}}
{{- $objects := list "serviceAccount" "kubernetesService" "workload" "podDisruptionBudget" "networkPolicy" -}}
{{- if .Values.canaryOf -}}
{{- if not $service.canary -}}
{{- fail (printf "canaryOf is %s, but %s has no canary: it is replaced pod by pod. Leave it out." .Values.canaryOf .Chart.Name) -}}
{{- end -}}
{{- /* What finds pods, guards them and lets them in is the other release's, and holds for both. */ -}}
{{- $objects = list "workload" -}}
{{- end -}}
{{- if $service.variable -}}
{{- $objects = append $objects "configMap" -}}
{{- end -}}
{{- if and (has "database" ($service.stores | default list)) .Values.global.database.certificateAuthority -}}
{{- $objects = append $objects "authorityConfigMap" -}}
{{- end -}}
{{- if $service.secrets -}}
{{- if eq .Values.global.secrets.source "plain" -}}
{{- $objects = append $objects "secret" -}}
{{- else if eq .Values.global.secrets.source "external" -}}
{{- $objects = concat $objects (list "secretStore" "externalSecret") -}}
{{- end -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (not .Values.canaryOf) -}}
{{- $objects = append $objects "autoscaler" -}}
{{- end -}}
{{- if and .Values.global.monitoring.enabled $service.variable (not .Values.canaryOf) -}}
{{- $objects = append $objects "serviceMonitor" -}}
{{- end -}}
{{- range $object := $objects }}
---
{{ include (printf "tradewind-lib.%s" $object) $ }}
{{- end -}}
{{- end -}}
