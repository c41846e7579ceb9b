# A deployment makes and changes whole environments, roles of services among them. Who may do that can
# in the end do anything in the account, so what holds it is the trust policy: the repository and a
# protected environment of it. Keep production in an account of its own.

resource "aws_iam_role_policy_attachment" "deploy" {
  for_each = var.environments

  role       = aws_iam_role.ci["deploy-${each.key}"].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/PowerUserAccess"
}

resource "aws_iam_role_policy" "deploy" {
  for_each = var.environments

  name = "manage-roles"
  role = aws_iam_role.ci["deploy-${each.key}"].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "RolesOfThisEnvironment"
        Effect = "Allow"
        Action = [
          "iam:*InstanceProfile*",
          "iam:*Policy*",
          "iam:*Role*",
        ]
        Resource = [
          for kind in ["role", "policy", "instance-profile"] :
          "arn:${local.partition}:iam::${local.account}:${kind}/${var.name}-${each.key}*"
        ]
      },
      {
        Sid      = "IdentityOfClusters"
        Effect   = "Allow"
        Action   = "iam:*OpenIDConnectProvider*"
        Resource = "arn:${local.partition}:iam::${local.account}:oidc-provider/oidc.eks.*"
      },
      {
        Sid      = "Read"
        Effect   = "Allow"
        Action   = ["iam:Get*", "iam:List*"]
        Resource = "*"
      },
      {
        Sid      = "StateStays"
        Effect   = "Deny"
        Action   = ["s3:DeleteBucket*", "s3:DeleteObjectVersion", "s3:PutBucket*", "s3:PutLifecycleConfiguration", "s3:PutEncryptionConfiguration"]
        Resource = [var.state_bucket_arn, "${var.state_bucket_arn}/*"]
      },
      {
        Sid      = "StateOfOthersStays"
        Effect   = "Deny"
        Action   = ["s3:DeleteObject", "s3:PutObject"]
        Resource = concat(["${var.state_bucket_arn}/bootstrap/*"], [for other in setsubtract(var.environments, [each.key]) : "${var.state_bucket_arn}/${other}/*"])
      },
      {
        Sid      = "KeyOfStateStays"
        Effect   = "Deny"
        Action   = ["kms:DisableKey*", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"]
        Resource = var.state_key_arn
      },
    ]
  })
}
