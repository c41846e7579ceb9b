# Terraform cannot mock what is ephemeral: these are here, where nothing is tested without a server.
ephemeral "aws_secretsmanager_random_password" "database" {
  for_each = toset(["account-service", "market-data-service", "notification-service", "order-service", "portfolio-service"])

  password_length     = 48
  exclude_punctuation = true
}

# One that signs, and the next one.
ephemeral "aws_secretsmanager_random_password" "identity_key" {
  count = 2

  password_length     = 64
  exclude_punctuation = true
}

module "platform" {
  source = "../modules/platform"
  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
    aws.replica   = aws.replica
  }

  environment          = "staging"
  project              = var.project
  size                 = var.size
  network              = var.network
  domain               = var.domain
  database             = var.database
  valkey               = var.valkey
  images               = var.images
  log_retention_days   = var.log_retention_days
  cluster              = var.cluster
  secret_recovery_days = var.secret_recovery_days
  firewall             = var.firewall
  alarms               = var.alarms

  first_values = merge(
    { for service, password in ephemeral.aws_secretsmanager_random_password.database : service => password.random_password },
    { identity-key = join(",", [for key in ephemeral.aws_secretsmanager_random_password.identity_key : key.random_password]) },
  )
}
