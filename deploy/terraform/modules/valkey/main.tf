# Valkey carries what may be lost: quotes on their way, counters of rate limits. TLS alone, one user.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  log_kinds = toset(["slow-log", "engine-log"])
}

resource "aws_elasticache_subnet_group" "this" {
  name        = var.name
  description = "Where ${var.name}'s Valkey may run."
  subnet_ids  = var.subnet_ids
}

resource "aws_elasticache_parameter_group" "this" {
  name        = "${var.name}-valkey${split(".", var.engine_version)[0]}"
  family      = "valkey${split(".", var.engine_version)[0]}"
  description = "Counters that go by themselves, and no room for what would stay"

  # As everywhere that Tradewind runs: when memory is short, what has an end goes first.
  parameter {
    name  = "maxmemory-policy"
    value = "volatile-lru"
  }

  # A client that went without a word is let go.
  parameter {
    name  = "tcp-keepalive"
    value = "60"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id = var.name
  description          = "Bus and rate limits of ${var.name}"
  engine               = "valkey"
  engine_version       = var.engine_version
  node_type            = var.node_type
  num_cache_clusters   = var.nodes
  port                 = 6379

  subnet_group_name    = aws_elasticache_subnet_group.this.name
  security_group_ids   = var.security_group_ids
  parameter_group_name = aws_elasticache_parameter_group.this.name
  user_group_ids       = [aws_elasticache_user_group.this.user_group_id]

  #checkov:skip=CKV2_AWS_50: on from two nodes on; one node alone, which is a choice, cannot fail over
  automatic_failover_enabled = var.nodes > 1
  multi_az_enabled           = var.nodes > 1

  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  at_rest_encryption_enabled = true
  kms_key_id                 = aws_kms_key.this.arn

  auto_minor_version_upgrade = true
  apply_immediately          = var.apply_immediately
  maintenance_window         = var.maintenance_window
  notification_topic_arn     = var.event_topic_arn

  snapshot_retention_limit = var.snapshot_retention_days
  snapshot_window          = var.snapshot_retention_days > 0 ? var.snapshot_window : null

  dynamic "log_delivery_configuration" {
    for_each = local.log_kinds

    content {
      destination      = aws_cloudwatch_log_group.this[log_delivery_configuration.key].name
      destination_type = "cloudwatch-logs"
      log_format       = "json"
      log_type         = log_delivery_configuration.key
    }
  }
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.log_kinds

  name              = "/aws/elasticache/${var.name}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.this.arn
}
