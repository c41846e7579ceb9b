{{/* One at a time, given up after an hour, the last few kept for their logs. */}}
{{- define "tradewind.cronJob" -}}
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ .name }}
  labels: {{- include "tradewind.labels" . | nindent 4 }}
spec:
  schedule: {{ .schedule | quote }}
  timeZone: Etc/UTC
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 600
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 3
  jobTemplate:
    metadata:
      labels: {{- include "tradewind.labels" . | nindent 8 }}
    spec:
      backoffLimit: 1
      activeDeadlineSeconds: 3600
      template: {{- include "tradewind.jobPod" (merge (dict "owner" "maintenance" "priority" "background") .) | nindent 8 }}
{{- end -}}

{{/* Where PostgreSQL is, as its own programs take it. */}}
{{- define "tradewind.libpqVariables" -}}
{{- $database := .Values.global.database -}}
- {name: PGHOST, value: {{ $database.host | quote }}}
- {name: PGPORT, value: {{ $database.port | quote }}}
- {name: PGUSER, value: {{ $database.user | quote }}}
- {name: PGDATABASE, value: {{ $database.name | quote }}}
- {name: PGSSLMODE, value: {{ $database.tls | quote }}}
{{- if include "tradewind-lib.hasAuthority" . }}
- {name: PGSSLROOTCERT, value: /etc/tradewind/authority/database.pem}
{{- end }}
{{- end -}}
