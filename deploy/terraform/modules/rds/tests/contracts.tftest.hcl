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
  mock_resource "aws_db_instance" {
    defaults = {
      arn                = "arn:aws:rds:eu-central-1:123456789012:db:tradewind-test"
      resource_id        = "db-ABCDEFGHIJKL"
      master_user_secret = [{ kms_key_id = "key", secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds", secret_status = "active" }]
    }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/home" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/tradewind-test-database-monitoring" }
  }
}

mock_provider "aws" {
  alias = "replica"

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-west-1:123456789012:key/away" }
  }
}

variables {
  name               = "tradewind-test"
  subnet_ids         = ["subnet-a", "subnet-b", "subnet-c"]
  security_group_ids = ["sg-database"]
}

run "nobody_outside_reaches_the_database_and_everything_is_encrypted" {
  assert {
    condition     = !aws_db_instance.this.publicly_accessible
    error_message = "The database has a public address."
  }
  assert {
    condition     = aws_db_instance.this.vpc_security_group_ids == toset(["sg-database"])
    error_message = "The database is in other security groups than those it was given."
  }
  assert {
    condition     = one([for each in aws_db_parameter_group.this.parameter : each.value if each.name == "rds.force_ssl"]) == "1"
    error_message = "The database takes connections without TLS."
  }
  assert {
    condition     = one([for each in aws_db_parameter_group.this.parameter : each.value if each.name == "rds.accepted_password_auth_method"]) == "scram"
    error_message = "The database takes passwords in weak hashes."
  }
  assert {
    condition     = aws_db_instance.this.storage_encrypted && aws_db_instance.this.kms_key_id == aws_kms_key.this.arn
    error_message = "The storage is not encrypted with the module's key."
  }
  assert {
    condition     = aws_db_instance.this.performance_insights_kms_key_id == aws_kms_key.this.arn
    error_message = "Performance Insights is not encrypted with the module's key."
  }
  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.kms_key_id == aws_kms_key.this.arn])
    error_message = "A log group is not encrypted with the module's key."
  }
  assert {
    condition     = aws_kms_key.this.enable_key_rotation
    error_message = "The key does not rotate."
  }
  assert {
    condition = alltrue([
      for each in jsondecode(aws_kms_key.this.policy).Statement :
      try(each.Principal.AWS, "") == "arn:aws:iam::123456789012:root" || try(each.Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"], "") == "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/rds/instance/tradewind-test*"
    ])
    error_message = "The key trusts somebody without a condition."
  }
  assert {
    condition     = aws_db_instance.this.manage_master_user_password && aws_db_instance.this.password == null
    error_message = "The master password is not AWS's own."
  }
  assert {
    condition     = aws_db_instance.this.iam_database_authentication_enabled
    error_message = "Users cannot sign in by IAM."
  }
  assert {
    condition     = jsondecode(aws_iam_role.monitoring.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    error_message = "Another account's database may use the monitoring role."
  }
}

run "an_acknowledged_order_outlives_its_zone_its_disk_and_its_owner" {
  assert {
    condition     = one([for each in aws_db_parameter_group.this.parameter : each.value if each.name == "synchronous_commit"]) == "on"
    error_message = "Commits are answered before they are durable."
  }
  assert {
    condition     = alltrue([for each in aws_db_parameter_group.this.parameter : !contains(["fsync", "full_page_writes"], each.name)])
    error_message = "A parameter trades durability for speed."
  }
  assert {
    condition     = aws_db_instance.this.multi_az && aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot
    error_message = "The defaults do not protect the database."
  }
  assert {
    condition     = aws_db_instance.this.final_snapshot_identifier == "tradewind-test-final" && !aws_db_instance.this.delete_automated_backups
    error_message = "Deleting the database takes its backups along."
  }
  assert {
    condition     = aws_db_instance.this.backup_retention_period >= 7
    error_message = "Point-in-time recovery reaches back less than a week."
  }
  assert {
    condition     = aws_db_instance.this.storage_type == "gp3" && aws_db_instance.this.max_allocated_storage > aws_db_instance.this.allocated_storage
    error_message = "The storage does not grow by itself."
  }
}

run "it_is_watched_and_kept_up_to_date_and_copied_only_when_asked_for" {
  assert {
    condition     = aws_db_instance.this.performance_insights_enabled && aws_db_instance.this.monitoring_interval > 0
    error_message = "The database is not watched."
  }
  assert {
    condition     = aws_db_instance.this.enabled_cloudwatch_logs_exports == toset(["postgresql", "upgrade"])
    error_message = "The log is not exported."
  }
  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.retention_in_days >= 30])
    error_message = "The log is kept for ever or for too short."
  }
  assert {
    condition     = aws_db_instance.this.auto_minor_version_upgrade && !aws_db_instance.this.allow_major_version_upgrade
    error_message = "Minor upgrades should come by themselves, major ones never."
  }
  assert {
    condition     = length(aws_db_instance.replica) == 0 && length(aws_db_instance_automated_backups_replication.this) == 0 && length(aws_db_event_subscription.this) == 0
    error_message = "Something optional was made without being asked for."
  }
}

run "copies_are_as_closed_as_their_source" {
  variables {
    engine_version                = "17.4"
    read_replicas                 = 2
    replica_backup_retention_days = 7
    event_topic_arn               = "arn:aws:sns:eu-central-1:123456789012:alarms"
  }
  assert {
    condition     = length(aws_db_instance.replica) == 2
    error_message = "There should be two replicas."
  }
  assert {
    condition     = alltrue([for each in aws_db_instance.replica : !each.publicly_accessible && each.storage_encrypted && each.kms_key_id == aws_kms_key.this.arn && each.parameter_group_name == aws_db_parameter_group.this.name])
    error_message = "A replica is open, not encrypted or without TLS."
  }
  assert {
    condition     = aws_db_instance_automated_backups_replication.this[0].retention_period == 7
    error_message = "The second region keeps backups for another time."
  }
  assert {
    condition     = aws_db_instance_automated_backups_replication.this[0].kms_key_id == "arn:aws:kms:eu-west-1:123456789012:key/away" && aws_kms_key.replica[0].enable_key_rotation
    error_message = "The copies are not encrypted with a key of the second region that rotates."
  }
  assert {
    condition     = contains(aws_db_event_subscription.this[0].event_categories, "failover")
    error_message = "Nobody hears of a failover."
  }
  assert {
    condition     = aws_db_parameter_group.this.family == "postgres17"
    error_message = "The parameter group is of another version."
  }
}

run "it_refuses_what_would_not_survive" {
  command = plan
  variables {
    subnet_ids            = ["subnet-a"]
    security_group_ids    = []
    backup_retention_days = 0
    storage_gib_max       = 100
    storage_iops          = 3000
    skip_final_snapshot   = true
    engine_version        = "15"
    monitoring_interval_s = 0
    log_retention_days    = 0
    owner_name            = "postgres"
  }
  expect_failures = [
    var.subnet_ids,
    var.security_group_ids,
    var.backup_retention_days,
    var.storage_gib_max,
    var.storage_iops,
    var.skip_final_snapshot,
    var.engine_version,
    var.monitoring_interval_s,
    var.log_retention_days,
    var.owner_name,
  ]
}
