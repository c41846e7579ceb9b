{{- define "tradewind.nginxHost" -}}
{{- $ingress := .Values.ingress -}}
nginx.org/mergeable-ingress-type: master
nginx.org/server-tokens: "False"
nginx.org/client-max-body-size: {{ $ingress.bodyMegabytes }}m
nginx.org/proxy-connect-timeout: 2s
{{- if include "tradewind.hasTls" . }}
nginx.org/ssl-redirect: "True"
nginx.org/http-redirect-code: "308"
{{- if $ingress.hstsSeconds }}
nginx.org/hsts: "True"
nginx.org/hsts-max-age: {{ $ingress.hstsSeconds | int | quote }}
nginx.org/hsts-include-subdomains: "True"
{{- end }}
{{- else }}
nginx.org/ssl-redirect: "False"
{{- end }}
{{- end -}}

{{/* A request that has reached a gateway is not sent to another one: it may have been done. */}}
{{- define "tradewind.nginxRequests" -}}
{{- $ingress := .Values.ingress -}}
nginx.org/proxy-read-timeout: {{ $ingress.timeoutSeconds }}s
nginx.org/proxy-send-timeout: {{ $ingress.timeoutSeconds }}s
nginx.org/proxy-next-upstream: error timeout http_503
nginx.org/proxy-next-upstream-tries: "3"
nginx.org/proxy-next-upstream-timeout: 10s
nginx.org/limit-req-rate: {{ $ingress.requestsPerSecond }}r/s
nginx.org/limit-req-key: ${binary_remote_addr}
nginx.org/limit-req-zone-size: 10m
nginx.org/limit-req-burst: {{ $ingress.burst | quote }}
nginx.org/limit-req-no-delay: "true"
nginx.org/limit-req-reject-code: "429"
{{- end -}}

{{- define "tradewind.nginxStreams" -}}
nginx.org/websocket-services: api-gateway
nginx.org/proxy-read-timeout: {{ .Values.ingress.streamTimeoutSeconds }}s
nginx.org/proxy-send-timeout: {{ .Values.ingress.streamTimeoutSeconds }}s
nginx.org/proxy-buffering: "False"
{{- end -}}
