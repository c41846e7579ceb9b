# moto has no serverless application repository, needs a container engine for a function, and rotates a
# secret at once by the function, which would not find a database.

locals {
  own_database_function = false
}

resource "aws_cloudformation_stack" "rotation" {
  count = 0
}

resource "aws_secretsmanager_secret_rotation" "database" {
  for_each = {}
}

resource "aws_secretsmanager_secret_rotation" "identity_key" {
  count = 0

  rotation_lambda_arn = null
}

resource "aws_secretsmanager_secret_rotation" "valkey" {
  count = 0

  rotation_lambda_arn = null
}
