output "vault_name" {
  description = "Vault of the backups."
  value       = aws_backup_vault.this.name
}

output "vault_arn" {
  description = "ARN of that vault."
  value       = aws_backup_vault.this.arn
}

output "replica_vault_arn" {
  description = "Vault of the copies, in the second region."
  value       = aws_backup_vault.replica.arn
}

output "plan_id" {
  description = "Backup plan."
  value       = aws_backup_plan.this.id
}

output "restore_role_arn" {
  description = "Role to restore with."
  value       = aws_iam_role.restore.arn
}
