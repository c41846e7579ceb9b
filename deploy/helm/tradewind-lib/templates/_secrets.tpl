{{/*
Names of the files in /etc/tradewind/secrets, each the setting of its name. The service looks into files
rather than variables, so that no description of a pod and no crash report shows a secret.
*/}}
{{- define "tradewind-lib.secretNames" -}}
{{- $service := include "tradewind-lib.service" . | fromYaml -}}
{{- $names := list -}}
{{- range $store := $service.stores | default list -}}
{{- $names = append $names (printf "%s_password" $store) -}}
{{- end -}}
{{- $unused := dict "smtp_password" (not (hasKey .Values.settings "TRADEWIND_SMTP_USERNAME")) "brokers" (not .Values.global.liveBrokers.enabled) -}}
{{- range $secret := $service.secrets | default list -}}
{{- if not (index $unused $secret) -}}
{{- $names = append $names $secret -}}
{{- end -}}
{{- end -}}
{{- $names | toYaml -}}
{{- end -}}

{{/* The Secret that holds them: the chart's own, or one that somebody else keeps. */}}
{{- define "tradewind-lib.secretName" -}}
{{- if eq .Values.global.secrets.source "existing" -}}
{{- required "global.secrets.source is existing, but global.secrets.existing does not name the Secret." .Values.global.secrets.existing -}}
{{- else -}}
{{- include "tradewind-lib.name" . -}}
{{- end -}}
{{- end -}}

{{/* One secret out of global.secrets.plain, refused with a sentence when it is missing: (dict "name" … "root" $). */}}
{{- define "tradewind-lib.plainSecret" -}}
{{- $key := camelcase .name | untitle -}}
{{- $value := index .root.Values.global.secrets.plain $key -}}
{{- if not $value -}}
{{- fail (printf "global.secrets.plain.%s is not set. Set it in a file of values that is in no repository, or choose another global.secrets.source (existing, external)." $key) -}}
{{- end -}}
{{- ternary ($value | toJson) $value (kindIs "map" $value) -}}
{{- end -}}

{{- define "tradewind-lib.plainData" -}}
{{- $root := . -}}
{{- range $name := include "tradewind-lib.secretNames" . | fromYamlArray }}
tradewind_{{ $name }}: {{ include "tradewind-lib.plainSecret" (dict "name" $name "root" $root) | quote }}
{{- end -}}
{{- end -}}

{{- define "tradewind-lib.secret" -}}
apiVersion: v1
kind: Secret
metadata:
  name: {{ include "tradewind-lib.name" . }}
  labels: {{- include "tradewind-lib.labels" . | nindent 4 }}
type: Opaque
stringData: {{- include "tradewind-lib.plainData" . | trim | nindent 2 }}
{{- end -}}

{{/*
What a pod's annotation has of its secrets, so that a changed one makes new pods. Of secrets that the
chart does not write, what the cluster holds at the moment of an upgrade is taken.
*/}}
{{- define "tradewind-lib.secretChecksum" -}}
{{- if eq .Values.global.secrets.source "plain" -}}
{{- include "tradewind-lib.plainData" . | sha256sum -}}
{{- else -}}
{{- $held := lookup "v1" "Secret" .Release.Namespace (include "tradewind-lib.secretName" .) -}}
{{- dict "held" ($held.data | default dict) "named" (include "tradewind-lib.secretNames" .) | toJson | sha256sum -}}
{{- end -}}
{{- end -}}

{{/* External Secrets reads AWS Secrets Manager as this service, which may see its own secrets alone. */}}
{{- define "tradewind-lib.secretStore" -}}
{{- $external := .Values.global.secrets.external -}}
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata:
  name: {{ include "tradewind-lib.name" . }}
  labels: {{- include "tradewind-lib.labels" . | nindent 4 }}
spec:
  provider:
    aws:
      service: SecretsManager
      region: {{ required "global.secrets.source is external, but global.secrets.external.region is not set (for example eu-central-1)." $external.region }}
      {{- if eq .Values.global.aws.identity "irsa" }}
      auth:
        jwt:
          serviceAccountRef:
            name: {{ .Chart.Name }}
      {{- end }}
{{- end -}}

{{- define "tradewind-lib.externalSecret" -}}
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: {{ include "tradewind-lib.name" . }}
  labels: {{- include "tradewind-lib.labels" . | nindent 4 }}
spec: {{- include "tradewind-lib.externalSecretSpec" (dict "name" (include "tradewind-lib.name" .) "databaseKey" (printf "database/%s" .Chart.Name) "names" (include "tradewind-lib.secretNames" . | fromYamlArray) "root" .) | trim | nindent 2 }}
{{- end -}}

{{/*
(dict "name" of Secret and store, "databaseKey" of the database's secret after the prefix, or
"ownerKey" of one that is somebody else's, "names" of the files, "root" $).
*/}}
{{- define "tradewind-lib.externalSecretSpec" -}}
{{- $external := .root.Values.global.secrets.external -}}
{{- $prefix := required "global.secrets.source is external, but global.secrets.external.prefix is not set (for example tradewind-production)." $external.prefix -}}
refreshInterval: {{ $external.refreshInterval }}
secretStoreRef:
  kind: SecretStore
  name: {{ .name }}
target:
  name: {{ .name }}
  creationPolicy: Owner
data:
  {{- range $name := .names }}
  - secretKey: tradewind_{{ $name }}
    remoteRef:
      {{- if eq $name "database_password" }}
      key: {{ $.ownerKey | default (printf "%s/%s" $prefix $.databaseKey) }}
      property: password
      {{- else if hasPrefix "database_password_" $name }}
      key: {{ printf "%s/database/%s" $prefix ($name | trimPrefix "database_password_" | replace "_" "-") }}
      property: password
      {{- else if eq $name "valkey_password" }}
      key: {{ $prefix }}/valkey
      property: password
      {{- else if eq $name "smtp_password" }}
      key: {{ $prefix }}/smtp
      {{- else }}
      key: {{ printf "%s/%s" $prefix ($name | replace "_" "-") }}
      {{- end }}
  {{- end }}
{{- end -}}
