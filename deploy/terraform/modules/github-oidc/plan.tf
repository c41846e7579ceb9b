# A pull request may see what would change. Its workflow runs code that nobody has reviewed yet, so it
# reads settings, never what is stored: no secret, no parameter, no object but the state's. Terraform
# reads the value of each secret that it keeps when it refreshes, so these plans go without:
# terraform plan -refresh=false -lock=false.

resource "aws_iam_role_policy_attachment" "plan" {
  role       = aws_iam_role.ci["plan"].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_role_policy" "plan" {
  name = "read-state-only"
  role = aws_iam_role.ci["plan"].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "DecryptState"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.state_key_arn
      },
      {
        Sid         = "NoOtherObject"
        Effect      = "Deny"
        Action      = ["s3:GetObject", "s3:GetObjectVersion"]
        NotResource = "${var.state_bucket_arn}/*"
      },
      {
        Sid    = "NothingStored"
        Effect = "Deny"
        Action = [
          "athena:GetQueryResults*",
          "dynamodb:BatchGetItem",
          "dynamodb:GetItem",
          "dynamodb:Query",
          "dynamodb:Scan",
          "ecr:GetAuthorizationToken",
          "lambda:GetFunction",
          "logs:FilterLogEvents",
          "logs:GetLogEvents",
          "logs:GetQueryResults",
          "logs:StartQuery",
          "secretsmanager:GetSecretValue",
          "sqs:ReceiveMessage",
          "ssm:GetParameter*",
        ]
        Resource = "*"
      },
    ]
  })
}
