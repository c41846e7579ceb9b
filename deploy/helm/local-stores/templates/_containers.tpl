{{- define "local-stores.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end -}}

{{- define "local-stores.labels" -}}
{{ include "local-stores.selector" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{- define "local-stores.postgres" -}}
name: postgres
image: {{ .Values.postgresImage }}
args: [postgres, -c, max_connections=200, -c, wal_compression=on]
env:
  - {name: POSTGRES_USER, value: tradewind}
  - {name: POSTGRES_DB, value: tradewind}
  - {name: POSTGRES_PASSWORD_FILE, value: /etc/tradewind/secrets/database_password}
# A server that was killed replays its log first, for as long as that takes.
startupProbe: {{- include "local-stores.postgresProbe" . | nindent 2 }}
  periodSeconds: 2
  failureThreshold: 150
livenessProbe: {{- include "local-stores.postgresProbe" . | nindent 2 }}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe: {{- include "local-stores.postgresProbe" . | nindent 2 }}
  periodSeconds: 5
  timeoutSeconds: 3
volumeMounts:
  - {name: data, mountPath: /var/lib/postgresql}
  - {name: scratch, mountPath: /tmp, subPath: tmp}
  - {name: scratch, mountPath: /var/run/postgresql, subPath: run}
  - {name: secrets, mountPath: /etc/tradewind/secrets, readOnly: true}
{{- end -}}

{{- define "local-stores.postgresProbe" -}}
exec:
  command: [pg_isready, -h, 127.0.0.1, -U, tradewind, -d, tradewind]
{{- end -}}

{{/* The password comes by standard input, so that no list of processes shows it. */}}
{{- define "local-stores.valkey" -}}
name: valkey
image: {{ .Values.valkeyImage }}
command:
  - sh
  - -c
  - |
    printf 'requirepass %s\nsave ""\nappendonly no\nmaxmemory 128mb\nmaxmemory-policy volatile-lru\nprotected-mode no\ndir /tmp\n' \
      "$(cat /etc/tradewind/secrets/valkey_password)" | exec valkey-server -
startupProbe:
  tcpSocket: {port: store}
  periodSeconds: 1
  failureThreshold: 30
livenessProbe:
  tcpSocket: {port: store}
  periodSeconds: 10
  timeoutSeconds: 5
readinessProbe:
  tcpSocket: {port: store}
  periodSeconds: 5
  timeoutSeconds: 3
volumeMounts:
  - {name: scratch, mountPath: /tmp}
  - {name: secrets, mountPath: /etc/tradewind/secrets, readOnly: true}
{{- end -}}
