{{/*
WebSockets of the gateway: they may be silent for long, where a request may not. Each is named exactly:
whatever else began like one would be a request without the limits of requests.
*/}}
{{- define "tradewind.streamPaths" -}}
- {path: /api/stream, type: Exact, service: api-gateway}
- {path: /api/stream/, type: Exact, service: api-gateway}
- {path: /api/v2/iex, type: Exact, service: api-gateway}
- {path: /api/v2/sip, type: Exact, service: api-gateway}
- {path: /api/v2/delayed_sip, type: Exact, service: api-gateway}
- {path: /api/v2/test, type: Exact, service: api-gateway}
- {path: /api/v1beta3/crypto/us, type: Exact, service: api-gateway}
{{- end -}}

{{/*
Nothing is rewritten: the gateway serves under /api itself. A prefix ends with a slash, because to F5's
controller it is one of letters, not of parts: /api would take /apis too.
*/}}
{{- define "tradewind.requestPaths" -}}
- {path: /api, type: Exact, service: api-gateway}
- {path: /api/, type: Prefix, service: api-gateway}
{{- end -}}

{{/*
Everything else is the web terminal's, and what the gateway tells its machines is not the world's to know:
there the terminal's page answers.
*/}}
{{- define "tradewind.webPaths" -}}
- {path: /api/metrics, type: Exact, service: web-ui}
- {path: /api/healthz, type: Prefix, service: web-ui}
- {path: /, type: Prefix, service: web-ui}
{{- end -}}

{{- define "tradewind.port" -}}
{{- index (include "tradewind-lib.catalogue" . | fromYaml) .service "port" -}}
{{- end -}}

{{/* Rules of an Ingress: (dict "hosts" … "paths" …). */}}
{{- define "tradewind.ingressRules" -}}
{{- $paths := .paths -}}
{{- range $host := .hosts }}
- host: {{ $host }}
  http:
    paths:
      {{- range $paths }}
      - path: {{ .path }}
        pathType: {{ .type }}
        backend:
          service:
            name: {{ .service }}
            port:
              number: {{ include "tradewind.port" . }}
      {{- end }}
{{- end -}}
{{- end -}}

{{- define "tradewind.ingressClass" -}}
{{- $usual := dict "nginx" "nginx" "community" "nginx" "alb" "alb" -}}
{{- .Values.ingress.className | default (index $usual .Values.ingress.controller) -}}
{{- end -}}

{{- define "tradewind.hasTls" -}}
{{- if ne .Values.ingress.tls.source "none" }}yes{{ end -}}
{{- end -}}

{{/* The certificate, for Ingresses that end TLS themselves: (dict "hosts" … "suffix" … "root" $). */}}
{{- define "tradewind.ingressTls" -}}
{{- if has .root.Values.ingress.tls.source (list "certManager" "secret") }}
tls:
  - hosts: {{- toYaml .hosts | nindent 6 }}
    secretName: {{ .root.Values.ingress.tls.secretName }}{{ .suffix }}
{{- end -}}
{{- end -}}

{{- define "tradewind.issuerAnnotation" -}}
{{- if eq .Values.ingress.tls.source "certManager" }}
cert-manager.io/cluster-issuer: {{ .Values.ingress.tls.issuer }}
{{- end -}}
{{- end -}}

{{/* One Ingress: (dict "name" "annotations" "hosts" "paths" "tls" "suffix" "root"). */}}
{{- define "tradewind.ingress" -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .name }}
  labels: {{- include "tradewind.labels" (dict "name" "ingress" "root" .root) | nindent 4 }}
  annotations:
    {{- .annotations | trim | nindent 4 }}
    {{- with .root.Values.ingress.annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  ingressClassName: {{ include "tradewind.ingressClass" .root }}
  {{- if .tls }}
  {{- include "tradewind.ingressTls" . | nindent 2 }}
  {{- end }}
  rules:
    {{- if .paths }}
    {{- include "tradewind.ingressRules" . | nindent 4 }}
    {{- else }}
    {{- range .hosts }}
    - host: {{ . }}
    {{- end }}
    {{- end }}
{{- end -}}
