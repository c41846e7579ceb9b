# PostgreSQL, the only place where truth lives: encrypted, in two zones, reached over TLS alone.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  major_version = split(".", var.engine_version)[0]
  insights_days = var.insights_mode == "advanced" ? 465 : 7
  log_kinds     = toset(["postgresql", "upgrade"])
}

resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "Where ${var.name}'s database may run."
  subnet_ids  = var.subnet_ids
}

resource "aws_db_instance" "this" {
  #checkov:skip=CKV_AWS_133: backups are the default; it cannot read the option of an environment
  #checkov:skip=CKV_AWS_157: two zones are the default; it cannot read the option of an environment
  #checkov:skip=CKV_AWS_293: protection is the default; it cannot read the option of an environment

  identifier     = var.name
  engine         = "postgres"
  engine_version = var.engine_version
  instance_class = var.instance_class
  multi_az       = var.multi_az
  db_name        = var.database_name
  port           = 5432

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = var.security_group_ids
  publicly_accessible    = false
  network_type           = "IPV4"
  ca_cert_identifier     = var.ca_certificate

  # AWS makes the master password, keeps it in Secrets Manager and rotates it: no state holds it.
  username                            = var.owner_name
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = aws_kms_key.this.key_id
  iam_database_authentication_enabled = true

  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = aws_kms_key.this.arn
  allocated_storage     = var.storage_gib
  max_allocated_storage = var.storage_gib_max
  iops                  = var.storage_iops
  storage_throughput    = var.storage_throughput_mibps

  parameter_group_name        = aws_db_parameter_group.this.name
  auto_minor_version_upgrade  = true
  allow_major_version_upgrade = false
  apply_immediately           = var.apply_immediately
  maintenance_window          = var.maintenance_window

  backup_retention_period   = var.backup_retention_days
  backup_window             = var.backup_window
  copy_tags_to_snapshot     = true
  delete_automated_backups  = false
  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = var.skip_final_snapshot
  final_snapshot_identifier = var.skip_final_snapshot ? null : "${var.name}-final"

  performance_insights_enabled          = true
  performance_insights_kms_key_id       = aws_kms_key.this.arn
  performance_insights_retention_period = local.insights_days
  database_insights_mode                = var.insights_mode
  monitoring_interval                   = var.monitoring_interval_s
  monitoring_role_arn                   = aws_iam_role.monitoring.arn
  enabled_cloudwatch_logs_exports       = local.log_kinds

  # The groups would otherwise be made by RDS, which keeps logs for ever.
  depends_on = [aws_cloudwatch_log_group.this]
}

resource "aws_db_event_subscription" "this" {
  count = var.event_topic_arn == null ? 0 : 1

  name             = var.name
  sns_topic        = var.event_topic_arn
  source_type      = "db-instance"
  source_ids       = concat([aws_db_instance.this.identifier], aws_db_instance.replica[*].identifier)
  event_categories = ["availability", "deletion", "failover", "failure", "low storage", "recovery"]
}
