locals {
  # ECR tries the rules in order, and an image that a rule has chosen is left alone by those below.
  # The parts of an image for several processors have no tag and stay as long as their index does.
  lifecycle_policy = jsonencode({
    rules = [
      # First, so that what is between two releases never counts as one of those that stay.
      {
        rulePriority = 1
        description  = "Remove what is between releases after ${var.build_days} days"
        selection = {
          tagStatus      = "tagged"
          tagPatternList = ["*dev*"] # of several patterns ECR would want every one
          countType      = "sinceImagePushed"
          countUnit      = "days"
          countNumber    = var.build_days
        }
        action = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Keep the newest ${var.released_images_kept} releases"
        selection = {
          tagStatus      = "tagged"
          tagPatternList = var.released_tag_patterns
          countType      = "imageCountMoreThan"
          countNumber    = var.released_images_kept
        }
        action = { type = "expire" }
      },
      {
        rulePriority = 3
        description  = "Remove what has no tag after ${var.untagged_days} days"
        selection = {
          tagStatus   = "untagged"
          countType   = "sinceImagePushed"
          countUnit   = "days"
          countNumber = var.untagged_days
        }
        action = { type = "expire" }
      },
    ]
  })

  pull_actions = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
  ]
  push_actions = [
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
  ]

  repository_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      length(var.pull_role_arns) == 0 ? [] : [{
        Sid       = "NodesPull"
        Effect    = "Allow"
        Action    = local.pull_actions
        Principal = { AWS = sort(var.pull_role_arns) }
      }],
      length(var.push_role_arns) == 0 ? [] : [{
        Sid       = "BuilderPushes"
        Effect    = "Allow"
        Action    = concat(local.pull_actions, local.push_actions)
        Principal = { AWS = sort(var.push_role_arns) }
      }],
      # Nobody of another account, whatever else a later statement allows. Services of AWS act in the
      # account's name when they copy to the second region.
      [{
        Sid       = "NobodyOutside"
        Effect    = "Deny"
        Action    = "ecr:*"
        Principal = "*"
        Condition = {
          StringNotEquals = { "aws:PrincipalAccount" = local.account_id }
          BoolIfExists    = { "aws:PrincipalIsAWSService" = "false" }
        }
      }],
    )
  })

  # Who may use a key is left to the policies of roles: ECR uses it in the name of who pushes or pulls.
  key_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "PoliciesOfTheAccountCount"
      Effect    = "Allow"
      Action    = "kms:*"
      Resource  = "*"
      Principal = { AWS = "${local.arn}:iam::${local.account_id}:root" }
    }]
  })
}
