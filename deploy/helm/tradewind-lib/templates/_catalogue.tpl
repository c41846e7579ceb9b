{{/*
Every service: what it listens on, what it needs and whom it calls. The tests hold this table to the
code (ports, required settings) and the network policies to this table.

  port      what it listens on
  variable  the setting by which others find it
  elected   one process works at a time, the others stand by and are found by name (ADR 17)
  stores    database, valkey
  secrets   what lies in /etc/tradewind/secrets, besides the password of each store
  calls     the services that it calls
  canary    pods of the next version may serve beside those of this one, to be judged by their numbers
  edge      requests from outside the cluster come to it
  user      the number that its image runs as
  startup   seconds that a start may take: an order service may have to fold a long journal
  archive   it reads old records of the journal
  brokers   it trades at live brokers where those are on, by an image of its own: <service>-live
  priority  who goes last when there is too little room
*/}}
{{- define "tradewind-lib.catalogue" -}}
api-gateway:
  port: 8000
  variable: GATEWAY_URL
  stores: [valkey]
  secrets: [identity_key]
  calls: [account-service, order-service, market-data-service, portfolio-service, notification-service]
  canary: true
  edge: true
  user: 10001
  startup: 60
  priority: serving
account-service:
  port: 8001
  variable: ACCOUNTS_URL
  stores: [database]
  secrets: [identity_key]
  # Of itself it calls nobody: `tradewind first-start` opens the first account from its pod.
  calls: [order-service]
  user: 10001
  startup: 60
  priority: serving
order-service:
  port: 8002
  variable: ORDERS_URL
  elected: true
  stores: [database, valkey]
  secrets: [identity_key, brokers]
  user: 10001
  startup: 600
  priority: trading
  archive: true
  brokers: true
market-data-service:
  port: 8003
  variable: MARKET_DATA_URL
  elected: true
  stores: [database, valkey]
  secrets: [identity_key]
  user: 10001
  startup: 120
  priority: trading
portfolio-service:
  port: 8004
  variable: PORTFOLIO_URL
  stores: [database]
  secrets: [identity_key]
  calls: [order-service]
  user: 10001
  startup: 120
  priority: background
notification-service:
  port: 8005
  variable: NOTIFICATIONS_URL
  elected: true
  stores: [database, valkey]
  secrets: [identity_key, smtp_password]
  calls: [order-service]
  user: 10001
  startup: 60
  priority: background
web-ui:
  port: 3000
  edge: true
  user: 101
  startup: 30
  priority: serving
{{- end -}}

{{/* The row of the chart that is being rendered. */}}
{{- define "tradewind-lib.service" -}}
{{- index (include "tradewind-lib.catalogue" . | fromYaml) .Chart.Name | toYaml -}}
{{- end -}}

{{/* Whether the chart that is being rendered trades at live brokers. */}}
{{- define "tradewind-lib.tradesLive" -}}
{{- $service := include "tradewind-lib.service" . | fromYaml -}}
{{- if and $service.brokers .Values.global.liveBrokers.enabled }}yes{{ end -}}
{{- end -}}

{{/* Names of the services that call one: (dict "name" …). */}}
{{- define "tradewind-lib.callers" -}}
{{- $callers := list -}}
{{- $name := .name -}}
{{- range $caller, $row := include "tradewind-lib.catalogue" . | fromYaml -}}
{{- if has $name ($row.calls | default list) -}}
{{- $callers = append $callers $caller -}}
{{- end -}}
{{- end -}}
{{- $callers | toYaml -}}
{{- end -}}

{{/* Where a service is found, each process of an elected one by its own name: (dict "name" … "root" $). */}}
{{- define "tradewind-lib.url" -}}
{{- $row := index (include "tradewind-lib.catalogue" . | fromYaml) .name -}}
{{- $name := .name -}}
{{- if $row.elected -}}
{{- $urls := list -}}
{{- range $number := until (int (add 1 .root.Values.global.standbys)) -}}
{{- $urls = append $urls (printf "http://%s-%d.%s:%d" $name $number $name (int $row.port)) -}}
{{- end -}}
{{- join "," $urls -}}
{{- else -}}
{{- printf "http://%s:%d" $name (int $row.port) -}}
{{- end -}}
{{- end -}}
