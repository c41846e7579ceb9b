# A pull request may see what would change, and whoever looks for drift at night what has. The first runs
# code that nobody has reviewed yet and the second waits for nobody, so they read settings, never what is
# stored: no secret, no parameter, no object but the state's. Terraform reads the value of each secret that
# it keeps when it refreshes, so a pull request plans without (-refresh=false -lock=false), and drift is
# looked for on a copy of the state without these values: scripts/terraform drift.

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
        # A plan makes up the first passwords, and forgets them.
        Sid      = "MakeUpPasswords"
        Effect   = "Allow"
        Action   = "secretsmanager:GetRandomPassword"
        Resource = "*" # it has no resource
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
