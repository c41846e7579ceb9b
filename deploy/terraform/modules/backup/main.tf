# Backups of the databases and volumes, where nobody can delete them too early, and copies of them in
# a second region. Point-in-time recovery is RDS's own; this is for the day when all else is gone.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id

  # Times in UTC, after RDS's own backup and before the markets open.
  rules = {
    daily   = { schedule = "cron(0 7 ? * * *)", days = var.daily_retention_days }
    weekly  = { schedule = "cron(30 7 ? * SUN *)", days = var.weekly_retention_days }
    monthly = { schedule = "cron(0 9 1 * ? *)", days = var.monthly_retention_days }
  }
}

resource "aws_backup_plan" "this" {
  name = var.name

  dynamic "rule" {
    for_each = local.rules

    content {
      rule_name         = rule.key
      target_vault_name = aws_backup_vault.this.name
      schedule          = rule.value.schedule
      start_window      = 60
      completion_window = 480

      lifecycle {
        delete_after = rule.value.days
      }

      copy_action {
        destination_vault_arn = aws_backup_vault.replica.arn

        lifecycle {
          delete_after = var.copy_retention_days
        }
      }
    }
  }
}

resource "aws_backup_selection" "this" {
  name         = var.name
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.backup.arn
  resources = [
    "arn:${local.partition}:rds:*:${local.account}:db:*",
    "arn:${local.partition}:ec2:*:${local.account}:volume/*",
  ]

  # All of the conditions have to hold.
  condition {
    dynamic "string_equals" {
      for_each = var.tags_backed_up

      content {
        key   = "aws:ResourceTag/${string_equals.key}"
        value = string_equals.value
      }
    }
  }
}

resource "aws_backup_vault_notifications" "this" {
  count = var.event_topic_arn == null ? 0 : 1

  backup_vault_name = aws_backup_vault.this.name
  sns_topic_arn     = var.event_topic_arn
  backup_vault_events = [
    "BACKUP_JOB_EXPIRED", "BACKUP_JOB_FAILED", "COPY_JOB_FAILED", "RECOVERY_POINT_MODIFIED", "RESTORE_JOB_FAILED",
  ]
}
