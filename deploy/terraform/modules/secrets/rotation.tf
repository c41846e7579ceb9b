# Who changes the secrets. PostgreSQL's users by the function that AWS publishes for it, which needs a
# driver of the database; the other two by rotation.py, which needs nothing.

locals {
  function_name          = "${var.name}-rotation"
  database_function_name = "${var.name}-database-rotation"
  own_database_function  = var.rotate_database_users && var.database_rotation_function_arn == null

  # The repository's stack names the role of its function itself.
  rotation_role_patterns = [
    aws_iam_role.rotation.arn,
    "arn:${local.partition}:iam::${local.account}:role/serverlessrepo-${local.database_function_name}-*",
  ]

  database_function_arn = var.database_rotation_function_arn != null ? var.database_rotation_function_arn : try(aws_serverlessapplicationrepository_cloudformation_stack.database[0].outputs["RotationLambdaARN"], null)
}

resource "aws_serverlessapplicationrepository_cloudformation_stack" "database" {
  count = local.own_database_function ? 1 : 0

  name = local.database_function_name
  # AWS publishes it from this account, in this one region for all of them.
  application_id = "arn:aws:serverlessrepo:us-east-1:297356227824:applications/SecretsManagerRDSPostgreSQLRotationSingleUser"
  capabilities   = ["CAPABILITY_IAM", "CAPABILITY_RESOURCE_POLICY"]
  parameters = {
    functionName        = local.database_function_name
    endpoint            = "https://secretsmanager.${local.region}.amazonaws.com"
    vpcSubnetIds        = join(",", var.rotation_subnet_ids)
    vpcSecurityGroupIds = join(",", var.rotation_security_group_ids)
    kmsKeyArn           = aws_kms_key.this.arn
    # What a URL or a shell would take for something else.
    excludeCharacters = " %+~`#$&*()|[]{}:;<>?!'/@\"\\"
  }
}

resource "aws_secretsmanager_secret_rotation" "database" {
  for_each = var.rotate_database_users ? var.database_users : {}

  secret_id           = aws_secretsmanager_secret.this["database/${each.key}"].id
  rotation_lambda_arn = local.database_function_arn
  # The users are made only after this, with the first passwords.
  rotate_immediately = false

  rotation_rules {
    automatically_after_days = var.rotation_days
  }

  depends_on = [aws_secretsmanager_secret_version.database]
}

# A stack takes the function's text as it is; Terraform alone would need a packer of archives.
resource "aws_cloudformation_stack" "rotation" {
  #checkov:skip=CKV_AWS_124: Terraform waits for the stack and says what went wrong with it
  name = local.function_name
  template_body = jsonencode({
    Description = "Changes the secrets that the services of ${var.name} share"
    Resources = {
      Function = {
        Type = "AWS::Lambda::Function"
        Properties = {
          FunctionName = local.function_name
          Description  = "Rotation of the identity key and of Valkey's password"
          Runtime      = "python3.13"
          Handler      = "index.handler"
          Code         = { ZipFile = file("${path.module}/rotation.py") }
          Role         = aws_iam_role.rotation.arn
          Timeout      = 720
          MemorySize   = 256
          # Four steps of two secrets at the most.
          ReservedConcurrentExecutions = 2
          KmsKeyArn                    = aws_kms_key.this.arn
          Environment = {
            Variables = {
              IDENTITY_KEY_ARN = aws_secretsmanager_secret.this["identity-key"].arn
              VALKEY_ARN       = aws_secretsmanager_secret.this["valkey"].arn
            }
          }
          LoggingConfig = { LogGroup = aws_cloudwatch_log_group.rotation.name }
        }
      }
      Permission = {
        Type = "AWS::Lambda::Permission"
        Properties = {
          FunctionName  = { "Fn::GetAtt" = ["Function", "Arn"] }
          Action        = "lambda:InvokeFunction"
          Principal     = "secretsmanager.amazonaws.com"
          SourceAccount = local.account
        }
      }
    }
    Outputs = { Arn = { Value = { "Fn::GetAtt" = ["Function", "Arn"] } } }
  })

  depends_on = [aws_iam_role_policy.rotation]
}

resource "aws_secretsmanager_secret_rotation" "identity_key" {
  secret_id           = aws_secretsmanager_secret.this["identity-key"].id
  rotation_lambda_arn = aws_cloudformation_stack.rotation.outputs["Arn"]
  rotate_immediately  = false

  rotation_rules {
    automatically_after_days = var.rotation_days
  }

  depends_on = [aws_secretsmanager_secret_version.identity_key]
}

resource "aws_secretsmanager_secret_rotation" "valkey" {
  secret_id           = aws_secretsmanager_secret.this["valkey"].id
  rotation_lambda_arn = aws_cloudformation_stack.rotation.outputs["Arn"]
  # It is what makes the first password.
  rotate_immediately = true

  rotation_rules {
    automatically_after_days = var.rotation_days
  }

  lifecycle {
    # Another user begins without a password again.
    replace_triggered_by = [aws_secretsmanager_secret_version.valkey]
  }
}

resource "aws_cloudwatch_log_group" "rotation" {
  name              = "/aws/lambda/${local.function_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.this.arn
}

resource "aws_iam_role" "rotation" {
  name        = local.function_name
  description = "Lets the rotation function change two secrets and one ElastiCache user"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "rotation" {
  name = "rotation"
  role = aws_iam_role.rotation.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = [
          "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage",
        ]
        Resource = [for key in ["identity-key", "valkey"] : aws_secretsmanager_secret.this[key].arn]
      },
      {
        # It reads nothing: AWS makes up a text.
        Effect   = "Allow"
        Action   = "secretsmanager:GetRandomPassword"
        Resource = "*"
      },
      {
        Effect   = "Allow"
        Action   = ["elasticache:DescribeUsers", "elasticache:ModifyUser"]
        Resource = var.valkey.user_arn
      },
      {
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = aws_kms_key.this.arn
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.rotation.arn}:*"
      },
    ]
  })
}
