# Releases push images and nothing else; tags are immutable, so they cannot replace one either.

resource "aws_iam_role_policy" "release" {
  name = "push-images"
  role = aws_iam_role.ci["release"].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "SignIn"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*" # it has no resource
      },
      {
        Sid    = "Push"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:CompleteLayerUpload",
          "ecr:DescribeImages",
          "ecr:GetDownloadUrlForLayer",
          "ecr:InitiateLayerUpload",
          "ecr:PutImage",
          "ecr:UploadLayerPart",
        ]
        Resource = "arn:${local.partition}:ecr:${data.aws_region.current.name}:${local.account}:repository/${var.image_repository_prefix}/*"
      },
    ]
  })
}
