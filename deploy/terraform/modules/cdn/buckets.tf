resource "aws_s3_bucket" "web" {
  #checkov:skip=CKV_AWS_18: Only CloudFront reads it, and CloudFront logs what it is asked for.
  #checkov:skip=CKV_AWS_144: It holds a build that can be made again from its commit.
  #checkov:skip=CKV_AWS_145: What it holds is public by its purpose; AWS's own key is enough.
  #checkov:skip=CKV2_AWS_62: Nothing waits for its files.
  #checkov:skip=CKV2_AWS_6: It has one, below; behind two modules the check no longer connects them.
  bucket        = "${var.name}-web-${local.account_id}"
  force_destroy = var.force_destroy
}

resource "aws_s3_bucket" "logs" {
  #checkov:skip=CKV_AWS_18: It holds access logs; logging its own reads would never end.
  #checkov:skip=CKV_AWS_21: Logs are written once and expire; an older version of one does not exist.
  #checkov:skip=CKV_AWS_144: Access logs expire in weeks and decide nothing.
  #checkov:skip=CKV2_AWS_62: Nothing waits for its files.
  #checkov:skip=CKV2_AWS_6: It has one, below; behind two modules the check no longer connects them.
  bucket        = "${var.name}-cdn-logs-${local.account_id}"
  force_destroy = var.force_destroy
}

locals {
  buckets = { web = aws_s3_bucket.web, logs = aws_s3_bucket.logs }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = local.buckets

  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = local.buckets

  bucket = each.value.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "web" {
  bucket = aws_s3_bucket.web.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

# Access logs hold addresses of people: a key of ours, whose uses are on record.
resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.logs.arn
    }
  }
}

resource "aws_s3_bucket_versioning" "web" {
  bucket = aws_s3_bucket.web.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Assets of older builds are kept while a browser may still show a page that names them.
resource "aws_s3_bucket_lifecycle_configuration" "web" {
  bucket = aws_s3_bucket.web.id

  rule {
    id     = "remove-what-was-replaced"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.web]
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "remove-old-logs"
    status = "Enabled"
    filter {}

    expiration {
      days = var.log_days
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

locals {
  refuse_plain_http = {
    for key, bucket in local.buckets : key => {
      Sid       = "NobodyWithoutTls"
      Effect    = "Deny"
      Action    = "s3:*"
      Principal = "*"
      Resource  = [bucket.arn, "${bucket.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }
  }
}

resource "aws_s3_bucket_policy" "web" {
  bucket = aws_s3_bucket.web.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "CloudFrontReads"
        Effect    = "Allow"
        Action    = "s3:GetObject"
        Principal = { Service = "cloudfront.amazonaws.com" }
        Resource  = "${aws_s3_bucket.web.arn}/*"
        Condition = { StringEquals = { "aws:SourceArn" = aws_cloudfront_distribution.this.arn } }
      },
      {
        # Without it a missing file is answered by 403 instead of 404.
        Sid       = "CloudFrontLearnsWhatIsMissing"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Principal = { Service = "cloudfront.amazonaws.com" }
        Resource  = aws_s3_bucket.web.arn
        Condition = { StringEquals = { "aws:SourceArn" = aws_cloudfront_distribution.this.arn } }
      },
      local.refuse_plain_http.web,
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "LogsAreDelivered"
        Effect    = "Allow"
        Action    = "s3:PutObject"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Resource  = "${aws_s3_bucket.logs.arn}/*"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }
          ArnLike      = { "aws:SourceArn" = "${local.arn}:logs:us-east-1:${local.account_id}:delivery-source:*" }
        }
      },
      local.refuse_plain_http.logs,
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}
