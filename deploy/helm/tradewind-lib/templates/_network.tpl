{{/* Names are looked up at the cluster's name servers. */}}
{{- define "tradewind-lib.toNameServers" -}}
- to: {{- toYaml .Values.global.network.nameServers | nindent 4 }}
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end -}}

{{/* Pods of a service: (dict "name" …). */}}
{{- define "tradewind-lib.podsOf" -}}
podSelector:
  matchLabels: {{- include "tradewind-lib.everyPod" . | nindent 4 }}
{{- end -}}

{{/* One store: (dict "store" database or valkey, "root" $). */}}
{{- define "tradewind-lib.toStore" -}}
{{- $store := index .root.Values.global .store -}}
- to: {{- toYaml $store.peers | nindent 4 }}
  ports:
    - port: {{ $store.port }}
      protocol: TCP
{{- end -}}

{{/* The internet: everything but the networks that are somebody's own, and the machine's metadata. */}}
{{- define "tradewind-lib.toInternet" -}}
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except: [10.0.0.0/8, 100.64.0.0/10, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16]
  ports:
    {{- range . }}
    - port: {{ . }}
      protocol: TCP
    {{- end }}
{{- end -}}

{{/* Everything is forbidden by default; this lets through what the catalogue names, and no more. */}}
{{- define "tradewind-lib.networkPolicy" -}}
{{- $root := . -}}
{{- $service := include "tradewind-lib.service" . | fromYaml -}}
{{- $catalogue := include "tradewind-lib.catalogue" . | fromYaml -}}
{{- $callers := include "tradewind-lib.callers" (dict "name" .Chart.Name) | fromYamlArray -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .Chart.Name }}
  labels: {{- include "tradewind-lib.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels: {{- include "tradewind-lib.everyPod" (dict "name" .Chart.Name) | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        {{- range $name := $callers }}
        - {{- include "tradewind-lib.podsOf" (dict "name" $name) | nindent 10 }}
        {{- end }}
        {{- if $service.edge }}
        {{- toYaml .Values.global.edge.peers | nindent 8 }}
        # `helm test` asks what a visitor would ask.
        - {{- include "tradewind-lib.podsOf" (dict "name" "smoke-test") | nindent 10 }}
        {{- end }}
        {{- if and .Values.global.monitoring.enabled $service.variable }}
        {{- toYaml .Values.global.monitoring.peers | nindent 8 }}
        {{- end }}
      ports:
        - port: http
          protocol: TCP
  {{- if not $service.variable }}
  egress: []
  {{- else }}
  egress:
    {{- include "tradewind-lib.toNameServers" . | nindent 4 }}
    {{- range $name := $service.calls | default list }}
    - to:
        - {{- include "tradewind-lib.podsOf" (dict "name" $name) | nindent 10 }}
      ports:
        - port: {{ index $catalogue $name "port" }}
          protocol: TCP
    {{- end }}
    {{- range $store := $service.stores | default list }}
    {{- include "tradewind-lib.toStore" (dict "store" $store "root" $root) | nindent 4 }}
    {{- end }}
    {{- $brokers := ternary .Values.global.liveBrokers.ports list (eq (include "tradewind-lib.tradesLive" .) "yes") }}
    {{- with concat $brokers .Values.internetPorts | uniq }}
    {{- include "tradewind-lib.toInternet" . | nindent 4 }}
    {{- end }}
  {{- end }}
{{- end -}}
