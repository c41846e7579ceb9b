# The modules have tests of their own: here only the cluster's is run, for tests/infrastructure compares
# what comes of it with deploy/eksctl.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
  mock_data "aws_ec2_managed_prefix_list" {
    defaults = { id = "pl-cloudfront", entries = [{ cidr = "192.0.2.0/24", description = "edge" }] }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/some" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/some" }
  }
  mock_resource "aws_iam_openid_connect_provider" {
    defaults = { arn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.example/id/1" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0", latest_version = 1 }
  }
  mock_resource "aws_eks_cluster" {
    defaults = {
      arn                   = "arn:aws:eks:eu-central-1:123456789012:cluster/tradewind-staging"
      identity              = [{ oidc = [{ issuer = "https://oidc.eks.example/id/1" }] }]
      certificate_authority = [{ data = "Y2VydGlmaWNhdGU=" }]
    }
  }
}

mock_provider "aws" {
  alias = "us_east_1"
}

mock_provider "aws" {
  alias = "replica"

  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
}

override_module {
  target = module.network
  outputs = {
    private_subnet_ids              = ["subnet-a", "subnet-b", "subnet-c"]
    public_subnet_cidrs             = ["10.0.192.0/22", "10.0.196.0/22", "10.0.200.0/22"]
    database_subnet_ids             = ["subnet-d", "subnet-e", "subnet-f"]
    database_subnet_cidrs           = ["10.0.204.0/24", "10.0.205.0/24", "10.0.206.0/24"]
    node_security_group_id          = "sg-nodes"
    load_balancer_security_group_id = "sg-load-balancer"
    database_security_group_id      = "sg-database"
    valkey_security_group_id        = "sg-valkey"
    nat_addresses                   = ["198.51.100.1"]
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

run "the_values_tell_the_chart_where_everything_is_and_as_whom_it_comes" {
  assert {
    condition     = yamldecode(output.helm_values).global.image.registry == "123456789012.dkr.ecr.eu-central-1.amazonaws.com/tradewind"
    error_message = "Images come from another registry than the account's."
  }
  assert {
    condition = yamldecode(output.helm_values).global.database == {
      host           = "tradewind-staging.example.eu-central-1.rds.amazonaws.com"
      port           = 5432
      name           = "tradewind"
      user           = "tradewind"
      userPerService = true
      tls            = "verify-full"
      peers          = [for cidr in ["10.0.204.0/24", "10.0.205.0/24", "10.0.206.0/24"] : { ipBlock = { cidr = cidr } }]
    }
    error_message = "The database is elsewhere, is not verified, or is shared by one user."
  }
  assert {
    condition     = yamldecode(output.helm_values).global.secrets == { source = "external", external = { prefix = "tradewind-staging", region = "eu-central-1" } }
    error_message = "Secrets do not come from Secrets Manager."
  }
  assert {
    condition     = alltrue([for service in ["account-service", "api-gateway", "market-data-service", "notification-service", "order-service", "portfolio-service", "web-ui"] : can(regex("^arn:aws:iam::", yamldecode(output.helm_values)[service].serviceAccount.roleArn))])
    error_message = "A service has no role."
  }
  assert {
    condition     = yamldecode(output.helm_values)["order-service"].tolerations[0].value == "core"
    error_message = "The core does not run on the machines that are kept for it."
  }
  assert {
    condition = (
      yamldecode(output.helm_values).ingress.hosts == ["api.staging.example.com", "app.staging.example.com"]
      && yamldecode(output.helm_values).ingress.tls.certificateArn == "arn:aws:acm:eu-central-1:123456789012:certificate/1"
      && yamldecode(output.helm_values).ingress.alb.webAclArn == "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/tradewind/1"
    )
    error_message = "The load balancer has other names, certificates or firewalls than those made for it."
  }
  assert {
    condition     = yamldecode(output.helm_values).ingress.annotations["alb.ingress.kubernetes.io/security-groups"] == "sg-load-balancer"
    error_message = "The load balancer lets in others than CloudFront and the networks that were named."
  }
  assert {
    condition     = yamldecode(output.helm_values).global.edge.trustedProxies == ["10.0.192.0/22", "10.0.196.0/22", "10.0.200.0/22", "192.0.2.0/24"]
    error_message = "Others than the load balancer and CloudFront are believed about who calls."
  }
}

run "only_migrations_and_jobs_become_the_database_s_owner" {
  assert {
    condition = toset(jsondecode(aws_iam_role.maintenance.assume_role_policy).Statement[0].Condition.StringEquals["oidc.eks.example/id/1:sub"]) == toset([
      "system:serviceaccount:tradewind:maintenance", "system:serviceaccount:tradewind:migrate",
    ])
    error_message = "Another service account may take the role."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.maintenance.policy).Statement[0].Sid == "Migrate"
    error_message = "The role has another policy than the one of the secrets."
  }
}
