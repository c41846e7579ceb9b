{{/* Annotations that make new pods when what they were told has changed. */}}
{{- define "tradewind-lib.podAnnotations" -}}
checksum/settings: {{ include "tradewind-lib.settings" . | sha256sum }}
checksum/secrets: {{ include "tradewind-lib.secretChecksum" . }}
checksum/authority: {{ include "tradewind-lib.authorityChecksum" . }}
{{- end -}}

{{/*
A standby is as well as a leader: it must count, or a rolling update would wait for it for ever. What it
answers to callers sends them on to the leader.
*/}}
{{- define "tradewind-lib.readyPath" -}}
{{- $service := include "tradewind-lib.service" . | fromYaml -}}
/healthz/ready{{ if $service.elected }}?standby=ok{{ end }}
{{- end -}}

{{- define "tradewind-lib.probes" -}}
{{- $service := include "tradewind-lib.service" . | fromYaml -}}
# A start may take {{ $service.startup }} s; nothing else is asked meanwhile.
startupProbe:
  httpGet:
    path: {{ include "tradewind-lib.readyPath" . }}
    port: http
  periodSeconds: 2
  timeoutSeconds: 3
  failureThreshold: {{ div $service.startup 2 }}
# Asks the event loop alone and no store: a restart mends a process that hangs, but no database that is
# away. Half a minute of silence is more than any pause under load, and a leader that hangs has lost its
# lease after three seconds anyhow.
livenessProbe:
  httpGet:
    path: /healthz/live
    port: http
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
# The answer itself gives up after two seconds. Two in a row, so that one slow answer moves no traffic.
readinessProbe:
  httpGet:
    path: {{ include "tradewind-lib.readyPath" . }}
    port: http
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
{{- end -}}

{{/*
A pod that is to end gets requests until every proxy and load balancer has heard of it, so it goes on
serving for that long. An elected service does not: its callers find the next leader by themselves, and
the sooner it hands over the better.
*/}}
{{- define "tradewind-lib.drainSeconds" -}}
{{- $service := include "tradewind-lib.service" . | fromYaml -}}
{{- if $service.elected }}0{{ else }}{{ .Values.global.drainSeconds }}{{ end -}}
{{- end -}}

{{- define "tradewind-lib.lifecycle" -}}
{{- $seconds := include "tradewind-lib.drainSeconds" . | int -}}
{{- if $seconds -}}
lifecycle:
  preStop:
    sleep:
      seconds: {{ $seconds }}
{{- end -}}
{{- end -}}

{{- define "tradewind-lib.container" -}}
{{- $service := include "tradewind-lib.service" . | fromYaml -}}
name: {{ .Chart.Name }}
image: {{ include "tradewind-lib.image" (dict "name" (include "tradewind-lib.imageName" .) "root" .) }}
imagePullPolicy: {{ .Values.global.image.pullPolicy }}
ports:
  - name: http
    containerPort: {{ $service.port }}
    protocol: TCP
{{- if $service.variable }}
envFrom:
  - configMapRef:
      name: {{ include "tradewind-lib.name" . }}
{{- end }}
{{ include "tradewind-lib.probes" . }}
{{- with include "tradewind-lib.lifecycle" . }}
{{ . }}
{{- end }}
resources: {{- toYaml .Values.resources | nindent 2 }}
securityContext: {{- include "tradewind-lib.containerSecurity" . | nindent 2 }}
volumeMounts: {{- include "tradewind-lib.volumeMounts" . | nindent 2 }}
{{- end -}}

{{- define "tradewind-lib.volumeMounts" -}}
{{- $service := include "tradewind-lib.service" . | fromYaml -}}
- name: scratch
  mountPath: /tmp
{{- if $service.secrets }}
- name: secrets
  mountPath: /etc/tradewind/secrets
  readOnly: true
{{- end }}
{{- if and (has "database" ($service.stores | default list)) (include "tradewind-lib.hasAuthority" .) }}
- name: authority
  mountPath: /etc/tradewind/authority
  readOnly: true
{{- end }}
{{- if and $service.archive .Values.global.journalArchive.claim }}
- name: archive
  mountPath: /archive
  readOnly: true
{{- end }}
{{- end -}}

{{- define "tradewind-lib.volumes" -}}
{{- $service := include "tradewind-lib.service" . | fromYaml -}}
- name: scratch
  emptyDir:
    sizeLimit: 64Mi
{{- if $service.secrets }}
- name: secrets
  secret:
    secretName: {{ include "tradewind-lib.secretName" . }}
    defaultMode: 0440
    # Of a Secret that all share, a service sees what it needs.
    items:
      {{- range include "tradewind-lib.secretNames" . | fromYamlArray }}
      - key: tradewind_{{ . }}
        path: tradewind_{{ . }}
      {{- end }}
{{- end }}
{{- if and (has "database" ($service.stores | default list)) (include "tradewind-lib.hasAuthority" .) }}
- {{- include "tradewind-lib.authorityVolume" (dict "configMap" (printf "%s-authority" .Chart.Name) "root" .) | nindent 2 }}
{{- end }}
{{- if and $service.archive .Values.global.journalArchive.claim }}
- name: archive
  persistentVolumeClaim:
    claimName: {{ .Values.global.journalArchive.claim }}
{{- end }}
{{- end -}}

{{/* The pods of one service over zones and machines. */}}
{{- define "tradewind-lib.spread" -}}
{{- $service := include "tradewind-lib.service" . | fromYaml -}}
{{- range $index, $topology := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
{{- if $index }}
{{ end -}}
- maxSkew: 1
  topologyKey: {{ $topology }}
  whenUnsatisfiable: {{ $.Values.global.spread }}
  labelSelector:
    matchLabels: {{- include "tradewind-lib.selector" $ | nindent 6 }}
  {{- if not $service.elected }}
  # Each version by itself, so that an update does not pile the new pods up in one place.
  matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end -}}
{{- end -}}

{{- define "tradewind-lib.podTemplate" -}}
{{- $service := include "tradewind-lib.service" . | fromYaml -}}
metadata:
  labels:
    {{- include "tradewind-lib.selector" . | nindent 4 }}
    app.kubernetes.io/part-of: tradewind
  annotations: {{- include "tradewind-lib.podAnnotations" . | nindent 4 }}
spec:
  {{- include "tradewind-lib.podCommon" (dict "user" $service.user "priority" $service.priority "root" .) | nindent 2 }}
  serviceAccountName: {{ .Chart.Name }}
  # As long as it serves on, then what Tradewind takes to answer the rest, and ten seconds to end.
  terminationGracePeriodSeconds: {{ add (include "tradewind-lib.drainSeconds" .) .Values.global.drainTimeoutSeconds 10 }}
  topologySpreadConstraints: {{- include "tradewind-lib.spread" . | nindent 4 }}
  {{- with .Values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - {{- include "tradewind-lib.container" . | nindent 6 }}
  volumes: {{- include "tradewind-lib.volumes" . | nindent 4 }}
{{- end -}}
