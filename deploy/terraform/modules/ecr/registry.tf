# Settings that an account has once in a region.

resource "aws_ecr_registry_scanning_configuration" "this" {
  count = var.manages_registry ? 1 : 0

  scan_type = var.enhanced_scanning ? "ENHANCED" : "BASIC"

  rule {
    scan_frequency = var.enhanced_scanning ? "CONTINUOUS_SCAN" : "SCAN_ON_PUSH"

    repository_filter {
      filter      = "${var.repository_prefix}/*"
      filter_type = "WILDCARD"
    }
  }
}

resource "aws_ecr_replication_configuration" "this" {
  count = local.is_copied ? 1 : 0

  replication_configuration {
    rule {
      destination {
        region      = var.replica_region
        registry_id = local.account_id
      }

      repository_filter {
        filter      = "${var.repository_prefix}/"
        filter_type = "PREFIX_MATCH"
      }
    }
  }

  # The copies take their settings from the template at the moment they are made.
  depends_on = [aws_ecr_repository_creation_template.copies]
}

resource "aws_kms_key" "copies" {
  count    = local.is_copied ? 1 : 0
  provider = aws.replica

  description             = "Copies of the images of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = local.key_policy
}

resource "aws_kms_alias" "copies" {
  count    = local.is_copied ? 1 : 0
  provider = aws.replica

  name          = "alias/${var.name}-ecr"
  target_key_id = aws_kms_key.copies[0].key_id
}

resource "aws_ecr_repository_creation_template" "copies" {
  count    = local.is_copied ? 1 : 0
  provider = aws.replica

  prefix               = var.repository_prefix
  description          = "Copies of images"
  applied_for          = ["REPLICATION"]
  image_tag_mutability = "IMMUTABLE"
  custom_role_arn      = aws_iam_role.copies[0].arn
  lifecycle_policy     = local.lifecycle_policy
  repository_policy    = local.repository_policy

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.copies[0].arn
  }
}

# A template that encrypts by a key of ours needs a role that ECR takes on to make the repository.
resource "aws_iam_role" "copies" {
  count = local.is_copied ? 1 : 0

  name = "${var.name}-ecr-copies"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecr.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "copies" {
  count = local.is_copied ? 1 : 0

  name = "make-repositories"
  role = aws_iam_role.copies[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "MakeRepositories"
        Effect   = "Allow"
        Action   = ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"]
        Resource = "${local.arn}:ecr:${var.replica_region}:${local.account_id}:repository/${var.repository_prefix}/*"
      },
      {
        Sid      = "EncryptThem"
        Effect   = "Allow"
        Action   = ["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"]
        Resource = aws_kms_key.copies[0].arn
      },
    ]
  })
}
