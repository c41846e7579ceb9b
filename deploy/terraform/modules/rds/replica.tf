# Copies: replicas that answer questions, and the backups in a second region.

resource "aws_db_instance" "replica" {
  count = var.read_replicas

  identifier          = "${var.name}-replica-${count.index + 1}"
  replicate_source_db = aws_db_instance.this.identifier
  instance_class      = coalesce(var.read_replica_instance_class, var.instance_class)
  #checkov:skip=CKV_AWS_293: protected as its source is; it cannot read the option of an environment
  # A replica can be made again from its source at any time.
  #checkov:skip=CKV_AWS_157: a replica needs no standby, its source has one and another replica takes little time
  multi_az            = false
  skip_final_snapshot = true
  deletion_protection = var.deletion_protection

  vpc_security_group_ids              = var.security_group_ids
  publicly_accessible                 = false
  ca_cert_identifier                  = var.ca_certificate
  iam_database_authentication_enabled = true

  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = aws_kms_key.this.arn
  max_allocated_storage = var.storage_gib_max

  parameter_group_name       = aws_db_parameter_group.this.name
  auto_minor_version_upgrade = true
  apply_immediately          = var.apply_immediately
  maintenance_window         = var.maintenance_window
  copy_tags_to_snapshot      = true

  performance_insights_enabled          = true
  performance_insights_kms_key_id       = aws_kms_key.this.arn
  performance_insights_retention_period = local.insights_days
  database_insights_mode                = var.insights_mode
  monitoring_interval                   = var.monitoring_interval_s
  monitoring_role_arn                   = aws_iam_role.monitoring.arn
  enabled_cloudwatch_logs_exports       = local.log_kinds
}

resource "aws_kms_key" "replica" {
  count    = var.replica_backup_retention_days > 0 ? 1 : 0
  provider = aws.replica

  description             = "Copies of ${var.name}'s database backups"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = jsonencode({ Version = "2012-10-17", Statement = [local.key_administration] })
}

resource "aws_kms_alias" "replica" {
  count    = var.replica_backup_retention_days > 0 ? 1 : 0
  provider = aws.replica

  name          = "alias/${var.name}-database-backups"
  target_key_id = aws_kms_key.replica[0].key_id
}

resource "aws_db_instance_automated_backups_replication" "this" {
  count    = var.replica_backup_retention_days > 0 ? 1 : 0
  provider = aws.replica

  source_db_instance_arn = aws_db_instance.this.arn
  kms_key_id             = aws_kms_key.replica[0].arn
  retention_period       = var.replica_backup_retention_days
}
