# Two roles instead of AWS's own policies, which reach every kind of resource: who backs up cannot
# restore, who restores cannot delete a backup.

locals {
  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "backup.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })

  databases          = "arn:${local.partition}:rds:*:${local.account}:db:*"
  database_snapshots = "arn:${local.partition}:rds:*:${local.account}:snapshot:awsbackup:*"
  volumes            = "arn:${local.partition}:ec2:*:${local.account}:volume/*"
  volume_snapshots   = "arn:${local.partition}:ec2:*::snapshot/*"

  # Questions that AWS does not let anybody narrow down to a resource.
  questions = {
    Effect   = "Allow"
    Action   = ["ec2:DescribeSnapshots", "ec2:DescribeTags", "ec2:DescribeVolumes", "tag:GetResources"]
    Resource = "*"
  }
  database_questions = {
    Effect = "Allow"
    Action = ["rds:DescribeDBInstances", "rds:DescribeDBSnapshots", "rds:DescribeDBSubnetGroups", "rds:ListTagsForResource"]
    Resource = [
      "arn:${local.partition}:rds:*:${local.account}:db:*",
      "arn:${local.partition}:rds:*:${local.account}:snapshot:*",
      "arn:${local.partition}:rds:*:${local.account}:subgrp:*",
    ]
  }

  # RDS and EC2 use the keys on the roles' behalf; nobody decrypts anything directly.
  keys = {
    Effect   = "Allow"
    Action   = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    Resource = "arn:${local.partition}:kms:*:${local.account}:key/*"
    Condition = {
      StringLike = { "kms:ViaService" = ["backup.*.amazonaws.com", "ec2.*.amazonaws.com", "rds.*.amazonaws.com"] }
    }
  }
}

resource "aws_iam_role" "backup" {
  name               = "${var.name}-backup"
  description        = "Lets AWS Backup make and copy snapshots of databases and volumes"
  assume_role_policy = local.trust
}

resource "aws_iam_role_policy" "backup" {
  name = "backup"
  role = aws_iam_role.backup.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      local.questions,
      local.database_questions,
      local.keys,
      {
        Effect   = "Allow"
        Action   = ["rds:AddTagsToResource", "rds:CreateDBSnapshot"]
        Resource = [local.databases, local.database_snapshots]
      },
      {
        Effect   = "Allow"
        Action   = ["rds:CopyDBSnapshot", "rds:DeleteDBSnapshot"]
        Resource = local.database_snapshots
      },
      {
        Effect   = "Allow"
        Action   = ["ec2:CopySnapshot", "ec2:CreateSnapshot", "ec2:CreateTags"]
        Resource = [local.volumes, local.volume_snapshots]
      },
      {
        Effect    = "Allow"
        Action    = "ec2:DeleteSnapshot"
        Resource  = local.volume_snapshots
        Condition = { "Null" = { "aws:ResourceTag/aws:backup:source-resource" = "false" } }
      },
      {
        Effect   = "Allow"
        Action   = ["backup:CopyFromBackupVault", "backup:CopyIntoBackupVault", "backup:DescribeBackupVault"]
        Resource = [aws_backup_vault.this.arn, aws_backup_vault.replica.arn]
      },
    ]
  })
}

resource "aws_iam_role" "restore" {
  name               = "${var.name}-restore"
  description        = "Lets AWS Backup restore databases and volumes, and clear away what it restored as a test"
  assume_role_policy = local.trust
}

resource "aws_iam_role_policy" "restore" {
  name = "restore"
  role = aws_iam_role.restore.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      local.questions,
      local.database_questions,
      local.keys,
      {
        Effect = "Allow"
        Action = ["rds:AddTagsToResource", "rds:RestoreDBInstanceFromDBSnapshot"]
        Resource = [
          local.databases, local.database_snapshots,
          "arn:${local.partition}:rds:*:${local.account}:og:*",
          "arn:${local.partition}:rds:*:${local.account}:pg:*",
          "arn:${local.partition}:rds:*:${local.account}:subgrp:*",
        ]
      },
      {
        # What AWS Backup restored itself, and nothing else.
        Effect   = "Allow"
        Action   = "rds:DeleteDBInstance"
        Resource = "arn:${local.partition}:rds:*:${local.account}:db:awsbackup-restore-test-*"
      },
      {
        Effect   = "Allow"
        Action   = ["ec2:CreateTags", "ec2:CreateVolume"]
        Resource = [local.volumes, local.volume_snapshots]
      },
      {
        Effect    = "Allow"
        Action    = "ec2:DeleteVolume"
        Resource  = local.volumes
        Condition = { "Null" = { "aws:ResourceTag/awsbackup-restore-test" = "false" } }
      },
    ]
  })
}
