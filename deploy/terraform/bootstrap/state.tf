# Two buckets: the states, and the log of who read or wrote them. States are locked by a file beside
# them, so no table is needed. Versions are what brings back a state that was damaged.

locals {
  buckets = { state = local.bucket, access = local.log_bucket }
}

resource "aws_kms_key" "state" {
  description             = "Terraform states of ${var.project}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "ManagedByIam"
      Effect    = "Allow"
      Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_alias" "state" {
  name          = "alias/${var.project}-terraform"
  target_key_id = aws_kms_key.state.key_id
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18: the bucket of states has a log; the bucket of that log has none, or it would log itself
  #checkov:skip=CKV_AWS_144: what a state describes is lost with its region; its versions are kept
  #checkov:skip=CKV_AWS_145: states have a key of ours; the service that delivers access logs can use none
  #checkov:skip=CKV2_AWS_62: nothing waits for a state to change

  for_each = local.buckets

  bucket        = each.value
  force_destroy = false # a bucket with a state in it cannot be removed
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = aws_s3_bucket.this

  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      # The service that delivers access logs can use no key of ours.
      sse_algorithm     = each.key == "state" ? "aws:kms" : "AES256"
      kms_master_key_id = each.key == "state" ? aws_kms_key.state.arn : null
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.old_states_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  dynamic "rule" {
    for_each = each.key == "access" ? ["old-logs"] : []

    content {
      id     = rule.value
      status = "Enabled"

      filter {}

      expiration {
        days = 365
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "state" {
  bucket        = aws_s3_bucket.this["state"].id
  target_bucket = aws_s3_bucket.this["access"].id
  target_prefix = "state/"

  depends_on = [aws_s3_bucket_policy.this] # which admits the logs
}

locals {
  only_over_tls = {
    for use, name in local.buckets : use => {
      Sid       = "OnlyOverTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:${local.partition}:s3:::${name}", "arn:${local.partition}:s3:::${name}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }
  }

  bucket_policies = {
    state = jsonencode({
      Version = "2012-10-17"
      Statement = [
        local.only_over_tls["state"],
        {
          Sid       = "OnlyByItsKey"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:PutObject"
          Resource  = "${local.bucket_arn}/*"
          Condition = { StringNotEqualsIfExists = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = aws_kms_key.state.arn } }
        },
      ]
    })
    access = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "LogsOfTheState"
          Effect    = "Allow"
          Principal = { Service = "logging.s3.amazonaws.com" }
          Action    = "s3:PutObject"
          Resource  = "arn:${local.partition}:s3:::${local.log_bucket}/state/*"
          Condition = {
            ArnLike      = { "aws:SourceArn" = local.bucket_arn }
            StringEquals = { "aws:SourceAccount" = local.account }
          }
        },
        local.only_over_tls["access"],
      ]
    })
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id
  policy = local.bucket_policies[each.key]

  depends_on = [aws_s3_bucket_public_access_block.this]
}
