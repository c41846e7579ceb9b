{{/* Any number of processes that all serve. */}}
{{- define "tradewind-lib.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "tradewind-lib.name" . }}
  labels: {{- include "tradewind-lib.labels" . | nindent 4 }}
spec:
  {{- if or .Values.canaryOf (not .Values.autoscaling.enabled) }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  minReadySeconds: 5
  # Longer than a start may take, so that a slow one is not called a failure.
  progressDeadlineSeconds: 600
  selector:
    matchLabels: {{- include "tradewind-lib.selector" . | nindent 6 }}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  template: {{- include "tradewind-lib.podTemplate" . | nindent 4 }}
{{- end -}}

{{/*
One process that works and others that stand by, each with a name of its own by which callers find the
one that works (ADR 17). An update replaces one after another and waits for each to stand by again.
*/}}
{{- define "tradewind-lib.statefulSet" -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ .Chart.Name }}
  labels: {{- include "tradewind-lib.labels" . | nindent 4 }}
spec:
  serviceName: {{ .Chart.Name }}
  replicas: {{ include "tradewind-lib.replicas" . }}
  revisionHistoryLimit: 5
  # As long as name servers remember where the last pod of that name was: only then the next one goes.
  minReadySeconds: 15
  # At a first start and after a failure all start at once; updates go one by one all the same.
  podManagementPolicy: Parallel
  selector:
    matchLabels: {{- include "tradewind-lib.selector" . | nindent 6 }}
  updateStrategy:
    type: RollingUpdate
  template: {{- include "tradewind-lib.podTemplate" . | nindent 4 }}
{{- end -}}

{{- define "tradewind-lib.workload" -}}
{{- $service := include "tradewind-lib.service" . | fromYaml -}}
{{- if $service.elected -}}
{{- if .Values.autoscaling.enabled -}}
{{- fail (printf "%s.autoscaling.enabled is true, but one process of %s works at a time, so more of them do not help. Give it more cpu and memory instead." .Chart.Name .Chart.Name) -}}
{{- end -}}
{{- include "tradewind-lib.statefulSet" . -}}
{{- else -}}
{{- include "tradewind-lib.deployment" . -}}
{{- end -}}
{{- end -}}

{{- define "tradewind-lib.kubernetesService" -}}
{{- $service := include "tradewind-lib.service" . | fromYaml -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ .Chart.Name }}
  labels: {{- include "tradewind-lib.labels" . | nindent 4 }}
spec:
  type: ClusterIP
  {{- if $service.elected }}
  # Names for each pod and nothing in between: callers ask the pods which one works, ready or not.
  clusterIP: None
  publishNotReadyAddresses: true
  {{- end }}
  # Pods of this release, and of a canary beside it.
  selector: {{- include "tradewind-lib.everyPod" (dict "name" .Chart.Name) | nindent 4 }}
  ports:
    - name: http
      port: {{ $service.port }}
      targetPort: http
      protocol: TCP
      appProtocol: http
{{- end -}}

{{- define "tradewind-lib.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .Chart.Name }}
  labels: {{- include "tradewind-lib.labels" . | nindent 4 }}
  {{- with .Values.serviceAccount.roleArn }}
  {{- if eq $.Values.global.aws.identity "irsa" }}
  annotations:
    eks.amazonaws.com/role-arn: {{ . }}
  {{- end }}
  {{- end }}
automountServiceAccountToken: false
{{- end -}}

{{/* A machine that is emptied takes one pod of a service at a time. */}}
{{- define "tradewind-lib.podDisruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .Chart.Name }}
  labels: {{- include "tradewind-lib.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  # A pod that cannot start must not keep a machine from being emptied.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels: {{- include "tradewind-lib.selector" . | nindent 6 }}
{{- end -}}

{{- define "tradewind-lib.autoscaler" -}}
{{- $scaling := .Values.autoscaling -}}
{{- if lt (int $scaling.max) (int $scaling.min) -}}
{{- fail (printf "%s.autoscaling.max is %d, which is less than its min of %d." .Chart.Name (int $scaling.max) (int $scaling.min)) -}}
{{- end -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ .Chart.Name }}
  labels: {{- include "tradewind-lib.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ .Chart.Name }}
  minReplicas: {{ $scaling.min }}
  maxReplicas: {{ $scaling.max }}
  metrics:
    {{- range $resource := list "cpu" "memory" }}
    - type: Resource
      resource:
        name: {{ $resource }}
        target:
          type: Utilization
          averageUtilization: {{ index $scaling $resource }}
    {{- end }}
    {{- with $scaling.requestsPerSecond }}
    - type: Pods
      pods:
        metric:
          name: tradewind_http_requests_per_second
        target:
          type: AverageValue
          averageValue: {{ . | quote }}
    {{- end }}
    {{- with $scaling.streams }}
    - type: Pods
      pods:
        metric:
          name: tradewind_gateway_streams_open
        target:
          type: AverageValue
          averageValue: {{ . | quote }}
    {{- end }}
  behavior:
    scaleUp:
      stabilizationWindowSeconds: 0
      policies:
        - type: Percent
          value: 100
          periodSeconds: 30
    # Streams come back when their pod goes, all at once: go down slowly.
    scaleDown:
      stabilizationWindowSeconds: 300
      policies:
        - type: Pods
          value: 1
          periodSeconds: 60
{{- end -}}

{{- define "tradewind-lib.serviceMonitor" -}}
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: {{ .Chart.Name }}
  labels:
    {{- include "tradewind-lib.labels" . | nindent 4 }}
    {{- with .Values.global.monitoring.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  selector:
    matchLabels: {{- include "tradewind-lib.selector" . | nindent 6 }}
  endpoints:
    - port: http
      path: /metrics
      interval: {{ .Values.global.monitoring.interval }}
      scrapeTimeout: 5s
{{- end -}}
