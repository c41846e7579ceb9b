{{/* What migrations and scheduled jobs may do: reach PostgreSQL, and nothing else. */}}
{{- define "tradewind.labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/part-of: tradewind
app.kubernetes.io/version: {{ include "tradewind-lib.tag" .root | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{- define "tradewind.ownerSettings" -}}
TRADEWIND_SECRETS_DIR: /etc/tradewind/secrets
TRADEWIND_LOG_LEVEL: {{ .Values.global.logLevel }}
TRADEWIND_DATABASE_URL: {{ include "tradewind-lib.databaseUrl" (dict "user" .Values.global.database.user "root" .) }}
{{- if .Values.global.journalArchive.claim }}
TRADEWIND_JOURNAL_ARCHIVE_DIR: /archive
{{- end }}
{{- end -}}

{{/*
Names of the files in /etc/tradewind/secrets: the owner's password and, for the migration, those of the
users that it makes for the services. (dict "name" … "root" $)
*/}}
{{- define "tradewind.ownerSecretNames" -}}
{{- $names := list "database_password" -}}
{{- if and (eq .name "migrate") .root.Values.global.database.userPerService -}}
{{- range $service, $row := include "tradewind-lib.catalogue" . | fromYaml -}}
{{- if has "database" ($row.stores | default list) -}}
{{- $names = append $names (printf "database_password_%s" ($service | replace "-" "_")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $names | toYaml -}}
{{- end -}}

{{/* The Secret: (dict "name" … "root" $). */}}
{{- define "tradewind.ownerSecretName" -}}
{{- if eq .root.Values.global.secrets.source "existing" -}}
{{- include "tradewind-lib.secretName" .root -}}
{{- else -}}
{{- .name -}}
{{- end -}}
{{- end -}}

{{/*
Who works on the database: account, settings, secrets and network policy, twice over. Once as hooks, which
have to be there before anything of a first installation is, and once for the jobs that come later.
(dict "name" migrate or maintenance, "annotations" text, "root" $)
*/}}
{{- define "tradewind.owner" -}}
{{- $root := .root -}}
{{- $values := .root.Values -}}
{{- $metadata := include "tradewind.ownerMetadata" . -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- $metadata | nindent 2 }}
    {{- if and $values.maintenance.roleArn (eq $values.global.aws.identity "irsa") }}
    eks.amazonaws.com/role-arn: {{ $values.maintenance.roleArn }}
    {{- end }}
automountServiceAccountToken: false
---
apiVersion: v1
kind: ConfigMap
metadata:
  {{- $metadata | nindent 2 }}
data:
  {{- include "tradewind.ownerSettings" $root | nindent 2 }}
{{- if $values.global.database.certificateAuthority }}
  database.pem: {{ $values.global.database.certificateAuthority | quote }}
{{- end }}
---
{{- if eq $values.global.secrets.source "plain" }}
apiVersion: v1
kind: Secret
metadata:
  {{- $metadata | nindent 2 }}
type: Opaque
stringData:
  {{- range $name := include "tradewind.ownerSecretNames" . | fromYamlArray }}
  tradewind_{{ $name }}: {{ include "tradewind-lib.plainSecret" (dict "name" "database_password" "root" $root) | quote }}
  {{- end }}
---
{{- else if eq $values.global.secrets.source "external" }}
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata:
  {{- $metadata | nindent 2 }}
spec:
  provider:
    aws:
      service: SecretsManager
      region: {{ $values.global.secrets.external.region }}
      {{- if eq $values.global.aws.identity "irsa" }}
      auth:
        jwt:
          serviceAccountRef:
            name: {{ .name }}
      {{- end }}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  {{- $metadata | nindent 2 }}
spec: {{- include "tradewind-lib.externalSecretSpec" (dict "name" .name "databaseKey" "database/owner" "ownerKey" $values.maintenance.externalKey "names" (include "tradewind.ownerSecretNames" . | fromYamlArray) "root" $root) | trim | nindent 2 }}
---
{{- end }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- $metadata | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: {{ .name }}
      app.kubernetes.io/instance: {{ $root.Release.Name }}
  policyTypes: [Ingress, Egress]
  ingress: []
  egress:
    {{- include "tradewind-lib.toNameServers" $root | nindent 4 }}
    {{- include "tradewind-lib.toStore" (dict "store" "database" "root" $root) | nindent 4 }}
{{- end -}}

{{- define "tradewind.ownerMetadata" -}}
name: {{ .name }}
labels: {{- include "tradewind.labels" . | nindent 2 }}
annotations:
  kubernetes.io/description: {{ .purpose | quote }}
  {{- with .annotations }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/*
A pod that ends: (dict "name" … "owner" … "image" … "args" or "command" … "root" $), with a "claim" for
files at a "path" and a "priority" where classes of priority are there already: before a first installation none is.
*/}}
{{- define "tradewind.jobPod" -}}
{{- $root := .root -}}
metadata:
  labels:
    app.kubernetes.io/name: {{ .owner }}
    app.kubernetes.io/instance: {{ $root.Release.Name }}
    app.kubernetes.io/part-of: tradewind
    app.kubernetes.io/component: {{ .name }}
spec:
  {{- include "tradewind-lib.podCommon" (dict "user" (.user | default 10001) "priority" .priority "root" $root) | nindent 2 }}
  serviceAccountName: {{ .owner }}
  restartPolicy: Never
  containers:
    - name: {{ .name }}
      image: {{ .image }}
      imagePullPolicy: {{ $root.Values.global.image.pullPolicy }}
      {{- with .command }}
      command: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .args }}
      args: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .env }}
      env: {{- toYaml . | nindent 8 }}
      {{- else }}
      envFrom:
        - configMapRef:
            name: {{ .owner }}
      {{- end }}
      resources: {{- toYaml $root.Values.maintenance.resources | nindent 8 }}
      securityContext: {{- include "tradewind-lib.containerSecurity" . | nindent 8 }}
      volumeMounts:
        - name: scratch
          mountPath: /tmp
        - name: secrets
          mountPath: /etc/tradewind/secrets
          readOnly: true
        {{- if include "tradewind-lib.hasAuthority" $root }}
        - name: authority
          mountPath: /etc/tradewind/authority
          readOnly: true
        {{- end }}
        {{- if .claim }}
        - name: files
          mountPath: {{ .path }}
        {{- end }}
  volumes:
    - name: scratch
      emptyDir:
        sizeLimit: 64Mi
    - name: secrets
      secret:
        secretName: {{ include "tradewind.ownerSecretName" (dict "name" .owner "root" $root) }}
        defaultMode: 0440
        items:
          {{- range include "tradewind.ownerSecretNames" (dict "name" .owner "root" $root) | fromYamlArray }}
          - key: tradewind_{{ . }}
            path: tradewind_{{ . }}
          {{- end }}
    {{- if include "tradewind-lib.hasAuthority" $root }}
    - {{- include "tradewind-lib.authorityVolume" (dict "configMap" .owner "root" $root) | nindent 6 }}
    {{- end }}
    {{- if .claim }}
    - name: files
      persistentVolumeClaim:
        claimName: {{ .claim }}
    {{- end }}
{{- end -}}
