# A vault here and one in the second region, each locked and under a key of its own region.

locals {
  key_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AccountDecides"
      Effect    = "Allow"
      Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })

  # The lock keeps what is young; this keeps the rest from being deleted by hand, and lets in copies
  # from this account alone.
  vault_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "NobodyDeletesByHand"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:DisassociateRecoveryPoint"]
        Resource  = "*"
      },
      {
        Sid       = "NobodyElsesCopies"
        Effect    = "Deny"
        Principal = "*"
        Action    = "backup:CopyIntoBackupVault"
        Resource  = "*"
        Condition = { StringNotEquals = { "aws:PrincipalAccount" = local.account } }
      },
    ]
  })
}

resource "aws_kms_key" "this" {
  description             = "Backups of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = local.key_policy
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}-backup"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_backup_vault" "this" {
  name        = var.name
  kms_key_arn = aws_kms_key.this.arn
}

resource "aws_backup_vault_lock_configuration" "this" {
  backup_vault_name   = aws_backup_vault.this.name
  min_retention_days  = var.lock_days_min
  max_retention_days  = var.monthly_retention_days
  changeable_for_days = var.lock_grace_days
}

resource "aws_backup_vault_policy" "this" {
  backup_vault_name = aws_backup_vault.this.name
  policy            = local.vault_policy
}

resource "aws_kms_key" "replica" {
  provider = aws.replica

  description             = "Copies of the backups of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = local.key_policy
}

resource "aws_kms_alias" "replica" {
  provider = aws.replica

  name          = "alias/${var.name}-backup"
  target_key_id = aws_kms_key.replica.key_id
}

resource "aws_backup_vault" "replica" {
  provider = aws.replica

  name        = "${var.name}-copies"
  kms_key_arn = aws_kms_key.replica.arn
}

resource "aws_backup_vault_lock_configuration" "replica" {
  provider = aws.replica

  backup_vault_name   = aws_backup_vault.replica.name
  min_retention_days  = var.lock_days_min
  max_retention_days  = max(var.copy_retention_days, var.monthly_retention_days)
  changeable_for_days = var.lock_grace_days
}

resource "aws_backup_vault_policy" "replica" {
  provider = aws.replica

  backup_vault_name = aws_backup_vault.replica.name
  policy            = local.vault_policy
}
