{{/* PostgreSQL without the password, which is a secret of its own: (dict "user" … "root" $). */}}
{{- define "tradewind-lib.databaseUrl" -}}
{{- $database := .root.Values.global.database -}}
{{- printf "postgresql://%s@%s:%d/%s?%s" .user $database.host (int $database.port) $database.name (include "tradewind-lib.databaseTls" .root) -}}
{{- end -}}

{{- define "tradewind-lib.databaseTls" -}}
{{- $database := .Values.global.database -}}
{{- printf "sslmode=%s" $database.tls -}}
{{- if include "tradewind-lib.hasAuthority" . }}&sslrootcert=/etc/tradewind/authority/database.pem{{ end -}}
{{- end -}}

{{/* What a service is told: where the others are, where the stores are, and what values add. */}}
{{- define "tradewind-lib.settings" -}}
{{- $root := . -}}
{{- $service := include "tradewind-lib.service" . | fromYaml -}}
{{- $catalogue := include "tradewind-lib.catalogue" . | fromYaml -}}
{{- $settings := dict -}}
{{- if $service.variable -}}
{{- $_ := set $settings "TRADEWIND_SECRETS_DIR" "/etc/tradewind/secrets" -}}
{{- $_ := set $settings "TRADEWIND_LOG_LEVEL" .Values.global.logLevel -}}
{{- $_ := set $settings "TRADEWIND_DRAIN_TIMEOUT_S" (.Values.global.drainTimeoutSeconds | toString) -}}
{{- range $name := $service.calls | default list -}}
{{- $variable := printf "TRADEWIND_%s" (index $catalogue $name "variable") -}}
{{- $_ := set $settings $variable (include "tradewind-lib.url" (dict "name" $name "root" $root)) -}}
{{- end -}}
{{- if has "database" $service.stores -}}
{{- $own := printf "tradewind_%s" (.Chart.Name | replace "-" "_") -}}
{{- $user := ternary $own .Values.global.database.user .Values.global.database.userPerService -}}
{{- $_ := set $settings "TRADEWIND_DATABASE_URL" (include "tradewind-lib.databaseUrl" (dict "user" $user "root" $root)) -}}
{{- end -}}
{{- if and $service.archive .Values.global.journalArchive.claim -}}
{{- $_ := set $settings "TRADEWIND_JOURNAL_ARCHIVE_DIR" "/archive" -}}
{{- end -}}
{{- if has "valkey" $service.stores -}}
{{- $valkey := .Values.global.valkey -}}
{{- $_ := set $settings "TRADEWIND_VALKEY_URL" (printf "%s://%s%s:%d/0" (ternary "valkeys" "valkey" $valkey.tls) (ternary (printf "%s@" $valkey.user) "" (ne $valkey.user "")) $valkey.host (int $valkey.port)) -}}
{{- end -}}
{{- if and $service.edge .Values.global.edge.trustedProxies -}}
{{- $_ := set $settings "TRADEWIND_TRUSTED_PROXIES" (join "," .Values.global.edge.trustedProxies) -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := .Values.settings -}}
{{- if hasKey $settings $name -}}
{{- fail (printf "settings.%s of %s is made from other values (global.*); set it there." $name $root.Chart.Name) -}}
{{- end -}}
{{- $_ := set $settings $name ($value | toString) -}}
{{- end -}}
{{- $settings | toYaml -}}
{{- end -}}

{{- define "tradewind-lib.configMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "tradewind-lib.name" . }}
  labels: {{- include "tradewind-lib.labels" . | nindent 4 }}
data: {{- include "tradewind-lib.settings" . | nindent 2 }}
{{- end -}}

{{/* Whether somebody says whose signature on PostgreSQL's certificate to believe. */}}
{{- define "tradewind-lib.hasAuthority" -}}
{{- $database := .Values.global.database -}}
{{- if and $database.certificateAuthority $database.certificateAuthorityFrom.configMap -}}
{{- fail (printf "global.database.certificateAuthority and global.database.certificateAuthorityFrom.configMap (%s) are both set. Keep one of them." $database.certificateAuthorityFrom.configMap) -}}
{{- end -}}
{{- if or $database.certificateAuthority $database.certificateAuthorityFrom.configMap }}yes{{ end -}}
{{- end -}}

{{/* The certificate as database.pem, out of a ConfigMap of ours or of somebody else: (dict "configMap" … "root" $). */}}
{{- define "tradewind-lib.authorityVolume" -}}
{{- $from := .root.Values.global.database.certificateAuthorityFrom -}}
name: authority
configMap:
  name: {{ $from.configMap | default .configMap }}
  items:
    - key: {{ ternary $from.key "database.pem" (ne $from.configMap "") }}
      path: database.pem
{{- end -}}

{{/* Of a ConfigMap that the chart does not write, what the cluster holds at the moment of an upgrade. */}}
{{- define "tradewind-lib.authorityChecksum" -}}
{{- $database := .Values.global.database -}}
{{- $authority := $database.certificateAuthority -}}
{{- with $database.certificateAuthorityFrom.configMap -}}
{{- $held := lookup "v1" "ConfigMap" $.Release.Namespace . -}}
{{- /* Every namespace has this one, so a cluster has answered, and pods would wait for ours in vain. */ -}}
{{- if and (not (dig "data" $database.certificateAuthorityFrom.key "" $held)) (lookup "v1" "ConfigMap" $.Release.Namespace "kube-root-ca.crt") -}}
{{- fail (printf "global.database.certificateAuthorityFrom names the ConfigMap %s, but namespace %s has none of that name with a %s in it. Make it: kubectl create configmap %s -n %s --from-file=%s=FILE" . $.Release.Namespace $database.certificateAuthorityFrom.key . $.Release.Namespace $database.certificateAuthorityFrom.key) -}}
{{- end -}}
{{- $authority = dict "in" . "held" ($held.data | default dict) | toJson -}}
{{- end -}}
{{- $authority | sha256sum -}}
{{- end -}}

{{/* The certificate authority of PostgreSQL is no secret, and the same for all. */}}
{{- define "tradewind-lib.authorityConfigMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Chart.Name }}-authority
  labels: {{- include "tradewind-lib.labels" . | nindent 4 }}
data:
  database.pem: {{ .Values.global.database.certificateAuthority | quote }}
{{- end -}}
