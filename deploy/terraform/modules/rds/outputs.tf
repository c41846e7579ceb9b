output "address" {
  description = "Host name of the database."
  value       = aws_db_instance.this.address
}

output "port" {
  description = "Port of the database."
  value       = aws_db_instance.this.port
}

output "database_name" {
  description = "Database that the services share."
  value       = aws_db_instance.this.db_name
}

output "owner_name" {
  description = "Master user, which migrates."
  value       = aws_db_instance.this.username
}

output "identifier" {
  description = "Identifier of the instance, for alarms and dashboards."
  value       = aws_db_instance.this.identifier
}

output "arn" {
  description = "ARN of the instance, for backup plans."
  value       = aws_db_instance.this.arn
}

output "master_secret_arn" {
  description = "Secret in which AWS keeps and rotates the master password."
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}

output "kms_key_arn" {
  description = "Key of storage, backups, log and master password."
  value       = aws_kms_key.this.arn
}

output "iam_user_arn_prefix" {
  description = "A user's name behind it makes the resource of rds-db:connect."
  value       = "arn:${data.aws_partition.current.partition}:rds-db:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:dbuser:${aws_db_instance.this.resource_id}/"
}

output "replica_addresses" {
  description = "Host names of the read replicas."
  value       = aws_db_instance.replica[*].address
}

output "log_group_names" {
  description = "Log groups of the server, for metric filters."
  value       = [for group in aws_cloudwatch_log_group.this : group.name]
}
