{{- define "weir.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "weir.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 54 | trimSuffix "-" -}}
{{- else if contains (include "weir.name" .) .Release.Name -}}
{{- .Release.Name | trunc 54 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "weir.name" .) | trunc 54 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "weir.selector" -}}
app.kubernetes.io/name: {{ include "weir.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "weir.labels" -}}
{{ include "weir.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "weir.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "weir.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "weir.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "weir.scheme" -}}
{{- ternary "https" "http" .Values.access.webConfig.tls -}}
{{- end -}}

{{/* What Weir would refuse at its start is refused here, where somebody reads it. */}}
{{- define "weir.refuse" -}}
{{- if not (or .Values.access.insecure .Values.access.webConfig.existingSecret (hasKey .Values.config "auth")) -}}
{{- fail "Weir would be open to the whole cluster: set config.auth for tokens, access.webConfig.existingSecret to a secret with a web.config.file (passwords, TLS), or access.insecure=true where everybody who reaches it may read and change everything" -}}
{{- end -}}
{{- if and (gt (int .Values.replicaCount) 1) (not .Values.peers.existingSecret) -}}
{{- fail "Several Weirs must know each other, or each tells people for itself: set peers.existingSecret to a secret that they share" -}}
{{- end -}}
{{- if and .Values.access.webConfig.tls (not .Values.access.webConfig.existingSecret) -}}
{{- fail "Probes would speak TLS to a Weir that does not: access.webConfig.tls says what the file in access.webConfig.existingSecret turns on, so set that, too" -}}
{{- end -}}
{{- if eq (int .Values.service.webPort) (int .Values.service.statsdPort) -}}
{{- fail "A service cannot have one TCP port for two things: choose another service.webPort or service.statsdPort" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) -}}
{{- fail "An ingress without a host leads everything to Weir: set ingress.hosts" -}}
{{- end -}}
{{- end -}}

{{/* weir.yml: what the values say, and where there are several, all their names. */}}
{{- define "weir.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- with .Values.ingress.trustedProxies -}}
{{- $config = mergeOverwrite (dict "web" (dict "trusted_proxies" .)) $config -}}
{{- end -}}
{{- if gt (int .Values.replicaCount) 1 -}}
{{- $peers := list -}}
{{- $name := include "weir.fullname" . -}}
{{- range $i := until (int .Values.replicaCount) -}}
{{- $peers = append $peers (printf "%s://%s-%d.%s-headless.%s.svc:9347" (include "weir.scheme" $) $name $i $name $.Release.Namespace) -}}
{{- end -}}
{{- $own := dict "peers" $peers "peer_secret_file" (printf "/etc/weir-peers/%s" .Values.peers.key) -}}
{{- $config = mergeOverwrite (dict "notifications" $own) $config -}}
{{- end -}}
{{- if $config }}{{ toYaml $config }}{{ else }}{}{{ end -}}
{{- end -}}
