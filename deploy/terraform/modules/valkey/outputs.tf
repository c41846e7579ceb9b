output "address" {
  description = "Host name of the node that leads."
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "port" {
  description = "Port of Valkey; TLS alone."
  value       = aws_elasticache_replication_group.this.port
}

output "user_name" {
  description = "User of the services."
  value       = aws_elasticache_user.services.user_name
}

output "user_arn" {
  description = "ARN of that user: the rotation of its secret changes its password."
  value       = aws_elasticache_user.services.arn
}

output "replication_group_id" {
  description = "Id of the replication group, for alarms and dashboards."
  value       = aws_elasticache_replication_group.this.replication_group_id
}

output "kms_key_arn" {
  description = "Key of disks, snapshots and logs."
  value       = aws_kms_key.this.arn
}
