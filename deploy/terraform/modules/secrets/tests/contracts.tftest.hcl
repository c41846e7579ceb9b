mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/secrets" }
  }
  override_resource {
    target = aws_secretsmanager_secret.this["database/account-service"]
    values = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tradewind-test/database/account-service" }
  }
  override_resource {
    target = aws_secretsmanager_secret.this["database/market-data-service"]
    values = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tradewind-test/database/market-data-service" }
  }
  override_resource {
    target = aws_secretsmanager_secret.this["database/notification-service"]
    values = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tradewind-test/database/notification-service" }
  }
  override_resource {
    target = aws_secretsmanager_secret.this["database/order-service"]
    values = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tradewind-test/database/order-service" }
  }
  override_resource {
    target = aws_secretsmanager_secret.this["database/portfolio-service"]
    values = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tradewind-test/database/portfolio-service" }
  }
  override_resource {
    target = aws_secretsmanager_secret.this["valkey"]
    values = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tradewind-test/valkey" }
  }
  override_resource {
    target = aws_secretsmanager_secret.this["identity-key"]
    values = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tradewind-test/identity-key" }
  }
  override_resource {
    target = aws_secretsmanager_secret.this["brokers"]
    values = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tradewind-test/brokers" }
  }
  override_resource {
    target = aws_secretsmanager_secret.this["sentry"]
    values = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tradewind-test/sentry" }
  }
  override_resource {
    target = aws_secretsmanager_secret.this["smtp"]
    values = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tradewind-test/smtp" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/tradewind-test-rotation" }
  }
  mock_resource "aws_cloudformation_stack" {
    defaults = { outputs = { Arn = "arn:aws:lambda:eu-central-1:123456789012:function:tradewind-test-rotation" } }
  }
  mock_resource "aws_serverlessapplicationrepository_cloudformation_stack" {
    defaults = { outputs = { RotationLambdaARN = "arn:aws:lambda:eu-central-1:123456789012:function:tradewind-test-database-rotation" } }
  }
}

variables {
  first_values = {
    account-service      = "first-password-of-the-account-service"
    order-service        = "first-password-of-the-order-service"
    market-data-service  = "first-password-of-the-market-data-service"
    portfolio-service    = "first-password-of-the-portfolio-service"
    notification-service = "first-password-of-the-notification-service"
    identity-key         = "the-key-that-signs-at-first,the-key-that-signs-next"
  }

  name                        = "tradewind-test"
  database                    = { host = "db.example.internal", identifier = "tradewind-test" }
  database_owner_secret_arn   = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1"
  database_owner_key_arn      = "arn:aws:kms:eu-central-1:123456789012:key/database"
  valkey                      = { user_name = "tradewind-test", user_arn = "arn:aws:elasticache:eu-central-1:123456789012:user:tradewind-test" }
  rotation_subnet_ids         = ["subnet-a", "subnet-b"]
  rotation_security_group_ids = ["sg-rotation"]
}

run "no_state_holds_a_value" {
  assert {
    condition     = alltrue([for version in concat(values(aws_secretsmanager_secret_version.database), [aws_secretsmanager_secret_version.identity_key]) : version.secret_string == null && version.secret_string_wo_version == 1])
    error_message = "A password or key is an argument that the state keeps."
  }
  assert {
    condition     = toset(keys(jsondecode(aws_secretsmanager_secret_version.valkey.secret_string))) == toset(["user_arn", "username"])
    error_message = "Valkey's secret begins with more than its user."
  }
  assert {
    condition     = alltrue([for version in concat(values(aws_secretsmanager_secret_version.database), [aws_secretsmanager_secret_version.identity_key, aws_secretsmanager_secret_version.valkey]) : contains(version.version_stages, "first")])
    error_message = "A first version has no label of its own: it goes some rotations later, and would be written again."
  }
}

run "secrets_are_encrypted_closed_and_can_be_brought_back" {
  assert {
    condition     = toset(keys(aws_secretsmanager_secret.this)) == toset(["database/account-service", "database/market-data-service", "database/notification-service", "database/order-service", "database/portfolio-service", "valkey", "identity-key", "brokers", "sentry", "smtp"])
    error_message = "There are other secrets than those that services read."
  }
  assert {
    condition     = alltrue([for key, secret in aws_secretsmanager_secret.this : secret.name == "tradewind-test/${key}" && secret.kms_key_id == aws_kms_key.this.arn && secret.recovery_window_in_days == 30])
    error_message = "A secret has another name, another key, or goes at once when deleted."
  }
  assert {
    condition = alltrue([
      for policy in aws_secretsmanager_secret_policy.this :
      policy.block_public_policy && jsondecode(policy.policy).Statement[0].Effect == "Deny" && jsondecode(policy.policy).Statement[0].Condition.StringNotEquals["aws:PrincipalAccount"] == "123456789012"
    ])
    error_message = "Another account could be let in."
  }
  assert {
    condition     = aws_kms_key.this.enable_key_rotation && length([for each in jsondecode(aws_kms_key.this.policy).Statement : each if try(each.Principal.AWS, "") != "arn:aws:iam::123456789012:root" && !can(each.Condition)]) == 0
    error_message = "The key does not rotate, or trusts somebody without a condition."
  }
}

run "each_service_reads_its_own_secrets_and_no_others" {
  variables {
    reader_arn_patterns = { "database/order-service" = ["arn:aws:iam::123456789012:role/tradewind-test-order-service"] }
  }
  assert {
    condition     = toset(jsondecode(output.policies["order-service"]).Statement[0].Resource) == toset([for key in ["database/order-service", "valkey", "identity-key", "brokers", "sentry"] : aws_secretsmanager_secret.this[key].arn])
    error_message = "The order service reads other secrets than its own."
  }
  assert {
    condition     = !contains(flatten([for service, arns in output.arns_by_service : arns if service != "order-service"]), aws_secretsmanager_secret.this["database/order-service"].arn)
    error_message = "Another service reads the order service's password."
  }
  assert {
    condition     = contains(jsondecode(output.policies["migrate"]).Statement[0].Resource, var.database_owner_secret_arn) && !contains(flatten([for service, arns in output.arns_by_service : arns]), var.database_owner_secret_arn)
    error_message = "The owner's password is for migrations, and for no service."
  }
  assert {
    condition = alltrue([
      for policy in values(output.policies) :
      toset(jsondecode(policy).Statement[1].Condition["ForAnyValue:StringEquals"]["kms:EncryptionContext:SecretARN"]) == toset(jsondecode(policy).Statement[0].Resource)
    ])
    error_message = "A role could decrypt a secret that it may not read."
  }
  assert {
    condition     = jsondecode(aws_secretsmanager_secret_policy.this["database/order-service"].policy).Statement[1].Condition.ArnNotLike["aws:PrincipalArn"][0] == "arn:aws:iam::123456789012:role/tradewind-test-order-service"
    error_message = "The secret does not name its readers."
  }
}

run "what_is_ours_is_rotated_by_functions_with_least_rights" {
  assert {
    condition     = toset(keys(aws_secretsmanager_secret_rotation.database)) == toset(keys(var.database_users)) && alltrue([for each in aws_secretsmanager_secret_rotation.database : each.rotation_lambda_arn == "arn:aws:lambda:eu-central-1:123456789012:function:tradewind-test-database-rotation" && !each.rotate_immediately])
    error_message = "A database user is not rotated, or before it exists."
  }
  assert {
    condition     = aws_secretsmanager_secret_rotation.valkey.rotate_immediately && aws_secretsmanager_secret_rotation.valkey.rotation_lambda_arn == aws_secretsmanager_secret_rotation.identity_key.rotation_lambda_arn
    error_message = "Valkey's user gets no password."
  }
  assert {
    condition = alltrue([
      for each in jsondecode(aws_iam_role_policy.rotation.policy).Statement :
      each.Resource != "*" || each.Action == "secretsmanager:GetRandomPassword"
    ])
    error_message = "The rotation function may touch what is not its own."
  }
  assert {
    condition     = strcontains(jsondecode(aws_cloudformation_stack.rotation.template_body).Resources.Function.Properties.Code.ZipFile, "def handler(event, context)")
    error_message = "The stack does not hold the function."
  }
}

run "another_function_may_rotate_the_database_users" {
  variables {
    database_rotation_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:own"
    rotation_subnet_ids            = []
    rotation_security_group_ids    = []
  }
  assert {
    condition     = length(aws_serverlessapplicationrepository_cloudformation_stack.database) == 0 && aws_secretsmanager_secret_rotation.database["order-service"].rotation_lambda_arn == "arn:aws:lambda:eu-central-1:123456789012:function:own"
    error_message = "The function that was named is not used."
  }
}

run "it_refuses_shared_users_endless_passwords_and_a_function_without_a_network" {
  command = plan
  variables {
    database_users              = { order-service = "same", account-service = "same" }
    filled_by_hand              = { valkey = ["order-service"] }
    rotation_days               = 365
    rotation_subnet_ids         = []
    rotation_security_group_ids = []
    recovery_days               = 1
  }
  expect_failures = [var.database_users, var.filled_by_hand, var.rotation_days, var.rotation_subnet_ids, var.rotation_security_group_ids, var.recovery_days]
}

run "it_refuses_a_service_without_a_first_password" {
  command = plan
  variables {
    first_values = { order-service = "a-first-password-for-one-service-alone" }
  }
  expect_failures = [var.first_values]
}
