output "name" {
  description = "Name of the cluster."
  value       = aws_eks_cluster.this.name
}

output "arn" {
  description = "ARN of the cluster."
  value       = aws_eks_cluster.this.arn
}

output "endpoint" {
  description = "Where the Kubernetes API answers."
  value       = aws_eks_cluster.this.endpoint
}

output "certificate_authority" {
  description = "Certificate of the Kubernetes API's authority, in base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "oidc_provider_arn" {
  description = "ARN of the provider that vouches for service accounts."
  value       = aws_iam_openid_connect_provider.cluster.arn
}

output "service_role_arns" {
  description = "ARN of each service's role: serviceAccount.roleArn of its chart."
  value       = { for service in keys(var.services) : service => aws_iam_role.pod[service].arn }
}

output "controller_role_arns" {
  description = "ARNs of the roles of what runs beside the platform, by name."
  value       = { for controller in keys(local.controllers) : controller => aws_iam_role.pod[controller].arn }
}

output "node_role_arn" {
  description = "ARN of the nodes' role."
  value       = aws_iam_role.node.arn
}

output "dedicated_scheduling" {
  description = "What a pod needs to run in a group of nodes: nodeSelector and tolerations of a chart, by group."
  value = {
    for group, nodes in var.node_groups : group => {
      nodeSelector = { "tradewind/nodes" = group }
      tolerations  = nodes.dedicated ? [{ key = "tradewind/nodes", operator = "Equal", value = group, effect = "NoSchedule" }] : []
    }
  }
}

output "volumes_key_arn" {
  description = "ARN of the KMS key of disks and volumes, for storage classes and backups."
  value       = aws_kms_key.volumes.arn
}

output "control_plane_log_group_name" {
  description = "Log group of the control plane."
  value       = aws_cloudwatch_log_group.control_plane.name
}
