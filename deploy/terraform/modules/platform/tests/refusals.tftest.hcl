# What production is not allowed to go without, and words that mean nothing. No module is looked into.

mock_provider "aws" {}

mock_provider "aws" {
  alias = "us_east_1"
}

mock_provider "aws" {
  alias = "replica"
}

override_module {
  target = module.network
  outputs = {
    private_subnet_ids         = ["subnet-a", "subnet-b", "subnet-c"]
    public_subnet_cidrs        = ["10.0.192.0/22", "10.0.196.0/22", "10.0.200.0/22"]
    database_subnet_ids        = ["subnet-d", "subnet-e", "subnet-f"]
    database_subnet_cidrs      = ["10.0.204.0/24", "10.0.205.0/24", "10.0.206.0/24"]
    node_security_group_id     = "sg-nodes"
    database_security_group_id = "sg-database"
    valkey_security_group_id   = "sg-valkey"
    nat_addresses              = ["198.51.100.1"]
  }
}

override_module {
  target = module.rds
  outputs = {
    address           = "tradewind-staging.example.eu-central-1.rds.amazonaws.com"
    port              = 5432
    database_name     = "tradewind"
    owner_name        = "tradewind"
    identifier        = "tradewind-staging"
    master_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-AbCdEf"
    kms_key_arn       = "arn:aws:kms:eu-central-1:123456789012:key/database"
  }
}

override_module {
  target = module.valkey
  outputs = {
    address   = "tradewind-staging.example.cache.amazonaws.com"
    port      = 6379
    user_name = "tradewind-staging"
    user_arn  = "arn:aws:elasticache:eu-central-1:123456789012:user:tradewind-staging"
  }
}

override_module {
  target = module.secrets
  outputs = {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/secrets"
    policies    = { migrate = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Migrate\",\"Effect\":\"Allow\",\"Action\":\"secretsmanager:GetSecretValue\",\"Resource\":\"*\"}]}" }
  }
}

override_module {
  target  = module.observability
  outputs = { log_group_names = { services = "/tradewind-staging/services" } }
}

override_module {
  target  = module.backup
  outputs = {}
}

override_module {
  target  = module.ecr
  outputs = {}
}

override_module {
  target = module.dns
  outputs = {
    zone_id              = "Z0123456789"
    name_servers         = ["ns-1.example.net"]
    certificate_arn      = "arn:aws:acm:eu-central-1:123456789012:certificate/1"
    edge_certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/2"
  }
}

override_module {
  target = module.cdn
  outputs = {
    alias           = { dns_name = "d1.cloudfront.net", zone_id = "Z2FDTNDATAQYW2" }
    web_bucket      = "tradewind-staging-web"
    distribution_id = "E1"
  }
}

override_module {
  target  = module.waf_edge
  outputs = { arn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/tradewind/1" }
}

override_module {
  target  = module.waf_load_balancer
  outputs = { arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/tradewind/1" }
}

override_module {
  target = module.eks
  outputs = {
    oidc_provider_arn    = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.example/id/1"
    controller_role_arns = { cert-manager = "arn:aws:iam::123456789012:role/some" }
    dedicated_scheduling = { core = { nodeSelector = {}, tolerations = [] } }
    service_role_arns = {
      account-service      = "arn:aws:iam::123456789012:role/some"
      api-gateway          = "arn:aws:iam::123456789012:role/some"
      market-data-service  = "arn:aws:iam::123456789012:role/some"
      notification-service = "arn:aws:iam::123456789012:role/some"
      order-service        = "arn:aws:iam::123456789012:role/some"
      portfolio-service    = "arn:aws:iam::123456789012:role/some"
      web-ui               = "arn:aws:iam::123456789012:role/some"
    }
  }
}

variables {
  environment = "staging"
  alarms      = { page = ["on-call@example.com"] }
  domain      = { name = "staging.example.com", zone = "example.com" }
  cluster     = { administrators = ["arn:aws:iam::123456789012:role/administrator"] }
  first_values = {
    account-service      = "first-password-of-the-account-service"
    market-data-service  = "first-password-of-the-market-data-service"
    notification-service = "first-password-of-the-notification-service"
    order-service        = "first-password-of-the-order-service"
    portfolio-service    = "first-password-of-the-portfolio-service"
    identity-key         = "a-first-identity-key-of-32-characters,a-second-identity-key-of-32-characters"
  }
}

run "production_as_it_is_meant_is_accepted" {
  command = plan

  variables {
    environment = "production"
    size        = "large"
  }
}

run "production_refuses_to_go_without_protection_from_deletion" {
  command = plan

  variables {
    environment = "production"
    database    = { deletion_protection = false }
  }

  expect_failures = [var.database]
}

run "production_refuses_a_database_in_one_zone" {
  command = plan

  variables {
    environment = "production"
    database    = { multi_az = false }
  }

  expect_failures = [var.database]
}

run "production_refuses_backups_that_go_back_a_week_only" {
  command = plan

  variables {
    environment = "production"
    database    = { backup_retention_days = 7 }
  }

  expect_failures = [var.database]
}

run "production_refuses_one_way_out_one_valkey_short_logs_and_secrets_gone_at_once" {
  command = plan

  variables {
    environment          = "production"
    network              = { nat = "one" }
    valkey               = { nodes = 1 }
    log_retention_days   = 90
    secret_recovery_days = 0
  }

  expect_failures = [var.network, var.valkey, var.log_retention_days, var.secret_recovery_days]
}

run "names_of_environments_and_sizes_that_do_not_exist_are_refused" {
  command = plan

  variables {
    project     = "Trade Wind"
    environment = "test"
    size        = "huge"
  }

  expect_failures = [var.project, var.environment, var.size]
}
