# Secrets by name, each read by the services that need it alone. No value is in the state: first ones
# are ephemeral on their way to Secrets Manager, and from then on they are rotation's business.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name
  account   = data.aws_caller_identity.current.account_id

  # Every secret with the services that read it.
  readers = merge(
    { for service in keys(var.database_users) : "database/${service}" => toset([service]) },
    { valkey = var.shared_readers.valkey, identity-key = var.shared_readers.identity_key },
    var.filled_by_hand,
  )
  descriptions = merge(
    { for service in keys(var.database_users) : "database/${service}" => "PostgreSQL user of ${service}" },
    { valkey = "Valkey user of the services", identity-key = "Keys with which services prove to each other who they are" },
    { for key in keys(var.filled_by_hand) : key => "Filled by hand: docs/guide/aws.md says with what" },
  )

  # The label keeps a version for good: without one Secrets Manager would drop it some rotations
  # later, and Terraform would then write the first value, long out of date, over the current one.
  first_stages = ["AWSCURRENT", "first"]
}

resource "aws_secretsmanager_secret" "this" {
  #checkov:skip=CKV2_AWS_57: what somebody else issues cannot be rotated from here; all others are, see rotation.tf
  for_each = local.readers

  name                    = "${var.name}/${each.key}"
  description             = local.descriptions[each.key]
  kms_key_id              = aws_kms_key.this.arn
  recovery_window_in_days = var.recovery_days
}

resource "aws_secretsmanager_secret_policy" "this" {
  for_each = local.readers

  secret_arn          = aws_secretsmanager_secret.this[each.key].arn
  block_public_policy = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "NobodyElsesAccount"
        Effect    = "Deny"
        Principal = "*"
        Action    = "secretsmanager:*"
        Resource  = "*"
        Condition = {
          StringNotEquals = { "aws:PrincipalAccount" = local.account }
          BoolIfExists    = { "aws:PrincipalIsAWSService" = "false" }
        }
      }],
      !contains(keys(var.reader_arn_patterns), each.key) ? [] : [{
        Sid       = "OnlyItsReaders"
        Effect    = "Deny"
        Principal = "*"
        Action    = "secretsmanager:GetSecretValue"
        Resource  = "*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = concat(var.reader_arn_patterns[each.key], local.rotation_role_patterns)
          }
        }
      }],
    )
  })
}

resource "aws_secretsmanager_secret_version" "database" {
  for_each = var.database_users

  secret_id = aws_secretsmanager_secret.this["database/${each.key}"].id
  # The shape that AWS's rotation reads.
  secret_string_wo = jsonencode({
    engine               = "postgres"
    host                 = var.database.host
    port                 = var.database.port
    dbname               = var.database.name
    dbInstanceIdentifier = var.database.identifier
    username             = each.value
    password             = var.first_values[each.key]
    ssl                  = true
  })
  secret_string_wo_version = var.database_secret_version
  version_stages           = local.first_stages

  lifecycle {
    ignore_changes = [version_stages]
  }
}

resource "aws_secretsmanager_secret_version" "identity_key" {
  secret_id = aws_secretsmanager_secret.this["identity-key"].id
  # The first signs, all are believed: see rotation.py.
  secret_string_wo         = var.first_values["identity-key"]
  secret_string_wo_version = 1
  version_stages           = local.first_stages

  lifecycle {
    ignore_changes = [version_stages]
  }
}

resource "aws_secretsmanager_secret_version" "valkey" {
  secret_id = aws_secretsmanager_secret.this["valkey"].id
  # Without a password: the first rotation, which comes at once, makes it.
  secret_string  = jsonencode({ username = var.valkey.user_name, user_arn = var.valkey.user_arn })
  version_stages = local.first_stages

  lifecycle {
    ignore_changes = [version_stages]
  }
}
