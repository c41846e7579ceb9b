mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/home" }
  }
  mock_resource "aws_backup_vault" {
    defaults = { arn = "arn:aws:backup:eu-central-1:123456789012:backup-vault:tradewind-test" }
  }
  override_resource {
    target = aws_iam_role.backup
    values = { arn = "arn:aws:iam::123456789012:role/tradewind-test-backup" }
  }
  override_resource {
    target = aws_iam_role.restore
    values = { arn = "arn:aws:iam::123456789012:role/tradewind-test-restore" }
  }
}

mock_provider "aws" {
  alias = "replica"

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-west-1:123456789012:key/away" }
  }
  mock_resource "aws_backup_vault" {
    defaults = { arn = "arn:aws:backup:eu-west-1:123456789012:backup-vault:tradewind-test-copies" }
  }
}

variables {
  name           = "tradewind-test"
  tags_backed_up = { Project = "tradewind", Environment = "test" }
}

run "backups_are_made_by_tag_kept_in_steps_and_copied_to_a_second_region" {
  assert {
    condition     = { for rule in aws_backup_plan.this.rule : rule.rule_name => one(rule.lifecycle).delete_after } == { daily = 35, weekly = 120, monthly = 2557 }
    error_message = "Backups are not kept by day, week and month."
  }
  assert {
    condition     = alltrue([for rule in aws_backup_plan.this.rule : one(rule.copy_action).destination_vault_arn == "arn:aws:backup:eu-west-1:123456789012:backup-vault:tradewind-test-copies"])
    error_message = "A backup has no copy in the second region."
  }
  assert {
    condition     = { for each in one(aws_backup_selection.this.condition).string_equals : each.key => each.value } == { "aws:ResourceTag/Project" = "tradewind", "aws:ResourceTag/Environment" = "test" }
    error_message = "Other resources than those with the tags are backed up."
  }
  assert {
    condition     = length(aws_backup_vault_notifications.this) == 0 && length(aws_backup_restore_testing_plan.this) == 0
    error_message = "Something optional was made without being asked for."
  }
}

run "nobody_deletes_a_backup_too_early_or_by_hand" {
  assert {
    condition     = alltrue([for lock in [aws_backup_vault_lock_configuration.this, aws_backup_vault_lock_configuration.replica] : lock.min_retention_days == 7])
    error_message = "A vault is not locked."
  }
  assert {
    condition = alltrue([
      for each in [aws_backup_vault_policy.this, aws_backup_vault_policy.replica] :
      contains(flatten([for s in jsondecode(each.policy).Statement : s.Action if s.Effect == "Deny"]), "backup:DeleteRecoveryPoint")
    ])
    error_message = "A backup can be deleted by hand."
  }
  assert {
    condition     = aws_backup_vault.this.kms_key_arn == "arn:aws:kms:eu-central-1:123456789012:key/home" && aws_backup_vault.replica.kms_key_arn == "arn:aws:kms:eu-west-1:123456789012:key/away"
    error_message = "A vault is not under a key of its own region."
  }
  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.replica.enable_key_rotation
    error_message = "A key does not rotate."
  }
}

run "the_roles_have_the_rights_of_databases_and_volumes_alone" {
  assert {
    condition = alltrue(flatten([
      for policy in [aws_iam_role_policy.backup.policy, aws_iam_role_policy.restore.policy] : [
        for s in jsondecode(policy).Statement : [
          for action in flatten([s.Action]) : can(regex("^(rds|ec2|kms|backup|tag):[A-Z]", action)) && (s.Resource != "*" || can(regex(":(Describe|GetResources)", action)))
        ]
      ]
    ]))
    error_message = "A role may do something to everything."
  }
  assert {
    condition     = length([for s in jsondecode(aws_iam_role_policy.restore.policy).Statement : s if contains(flatten([s.Action]), "rds:DeleteDBSnapshot") || contains(flatten([s.Action]), "ec2:DeleteSnapshot")]) == 0
    error_message = "Who restores can delete backups."
  }
  assert {
    condition     = alltrue([for role in [aws_iam_role.backup, aws_iam_role.restore] : jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"])
    error_message = "Another account's plan may use a role."
  }
}

run "failures_are_told_and_restores_are_tried" {
  variables {
    event_topic_arn = "arn:aws:sns:eu-central-1:123456789012:alarms"
    restore_test    = { subnet_group_name = "tradewind-test", security_group_ids = ["sg-nobody"] }
    lock_grace_days = 3
  }
  assert {
    condition     = contains(aws_backup_vault_notifications.this[0].backup_vault_events, "BACKUP_JOB_FAILED") && contains(aws_backup_vault_notifications.this[0].backup_vault_events, "COPY_JOB_FAILED")
    error_message = "Nobody hears of a backup that failed."
  }
  assert {
    condition     = aws_backup_restore_testing_selection.database[0].iam_role_arn == "arn:aws:iam::123456789012:role/tradewind-test-restore" && aws_backup_restore_testing_selection.database[0].restore_metadata_overrides["publiclyAccessible"] == "false"
    error_message = "The restored database is public, or restored with another role."
  }
  assert {
    condition     = aws_backup_vault_lock_configuration.this.changeable_for_days == 3
    error_message = "The lock can be taken away for ever."
  }
}

run "it_refuses_to_back_up_everything_and_to_keep_nothing" {
  command = plan
  variables {
    tags_backed_up        = {}
    weekly_retention_days = 10
    lock_grace_days       = 1
    lock_days_min         = 0
  }
  expect_failures = [var.tags_backed_up, var.monthly_retention_days, var.lock_grace_days, var.lock_days_min]
}
