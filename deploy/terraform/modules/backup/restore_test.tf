# A backup that was never restored is a hope: every week the newest one of the database is.

resource "aws_backup_restore_testing_plan" "this" {
  count = var.restore_test == null ? 0 : 1

  # Neither dots nor dashes are allowed here.
  name                = replace(var.name, "-", "_")
  schedule_expression = "cron(0 12 ? * SUN *)"
  start_window_hours  = 8

  recovery_point_selection {
    algorithm             = "LATEST_WITHIN_WINDOW"
    include_vaults        = [aws_backup_vault.this.arn]
    recovery_point_types  = ["SNAPSHOT"]
    selection_window_days = 7
  }
}

resource "aws_backup_restore_testing_selection" "database" {
  count = var.restore_test == null ? 0 : 1

  name                      = "database"
  restore_testing_plan_name = aws_backup_restore_testing_plan.this[0].name
  iam_role_arn              = aws_iam_role.restore.arn
  protected_resource_type   = "RDS"
  validation_window_hours   = 1

  protected_resource_conditions {
    dynamic "string_equals" {
      for_each = var.tags_backed_up

      content {
        key   = "aws:ResourceTag/${string_equals.key}"
        value = string_equals.value
      }
    }
  }

  # Where nobody else is, in a size that is enough to start, without a standby.
  restore_metadata_overrides = {
    dbInstanceClass     = var.restore_test.instance_class
    dbSubnetGroupName   = var.restore_test.subnet_group_name
    multiAz             = "false"
    publiclyAccessible  = "false"
    vpcSecurityGroupIds = jsonencode(var.restore_test.security_group_ids)
  }
}
