{{/* What the `restricted` Pod Security Standard asks of a pod: (dict "user" …). */}}
{{- define "tradewind-lib.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .user }}
runAsGroup: {{ .user }}
# Lets the process read its secrets, which are files of root and this group.
fsGroup: {{ .user }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "tradewind-lib.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
privileged: false
readOnlyRootFilesystem: true
# The pod says so too; some checks look at containers alone.
runAsNonRoot: true
{{- end -}}

{{/* What every pod of ours has: no token, no variables about other Services. */}}
{{- define "tradewind-lib.podCommon" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.global.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with include "tradewind-lib.priorityClassName" . }}
{{ . }}
{{- end }}
securityContext: {{- include "tradewind-lib.podSecurity" . | nindent 2 }}
{{- end -}}
