locals {
  key_policy = {
    for region in distinct([local.region, "us-east-1"]) : region => jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "PoliciesOfTheAccountCount"
          Effect    = "Allow"
          Action    = "kms:*"
          Resource  = "*"
          Principal = { AWS = "${local.arn}:iam::${local.account_id}:root" }
        },
        {
          Sid       = "AlarmsArePublished"
          Effect    = "Allow"
          Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
          Resource  = "*"
          Principal = { Service = local.publishers }
          Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
        },
        {
          Sid       = "LogsAreEncrypted"
          Effect    = "Allow"
          Action    = ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
          Resource  = "*"
          Principal = { Service = "logs.${region}.amazonaws.com" }
          Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "${local.arn}:logs:${region}:${local.account_id}:log-group:/${var.name}/*" } }
        },
      ]
    })
  }
}

resource "aws_kms_key" "this" {
  description             = "Logs and alarms of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = local.key_policy[local.region]
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}-observability"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_kms_key" "edge" {
  provider = aws.us_east_1

  description             = "Alarms of the edge of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = local.key_policy["us-east-1"]
}

resource "aws_kms_alias" "edge" {
  provider = aws.us_east_1

  name          = "alias/${var.name}-observability-edge"
  target_key_id = aws_kms_key.edge.key_id
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338: How long logs are kept is the operator's choice, by group.
  for_each = var.log_groups

  name              = "/${var.name}/${each.key}"
  retention_in_days = each.value
  kms_key_id        = aws_kms_key.this.arn
}
