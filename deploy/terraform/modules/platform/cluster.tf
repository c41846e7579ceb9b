locals {
  # What each service account reads, as names behind <name>/: its role and the secrets follow from it.
  secrets_of = {
    account-service      = ["database/account-service", "identity-key", "sentry"]
    api-gateway          = ["identity-key", "sentry", "valkey"]
    market-data-service  = ["database/market-data-service", "identity-key", "sentry", "valkey"]
    notification-service = ["database/notification-service", "identity-key", "sentry", "smtp", "valkey"]
    order-service        = ["brokers", "database/order-service", "identity-key", "sentry", "valkey"]
    portfolio-service    = ["database/portfolio-service", "identity-key", "sentry"]
    web-ui               = []
  }
}

module "eks" {
  source = "../eks"

  name                             = local.name
  kubernetes_version               = var.cluster.kubernetes_version
  subnet_ids                       = module.network.private_subnet_ids
  node_security_group_id           = module.network.node_security_group_id
  public_access_cidrs              = var.cluster.public_access_cidrs
  administrators                   = var.cluster.administrators
  deployers                        = var.cluster.deployers
  viewers                          = var.cluster.viewers
  addon_versions                   = var.cluster.addon_versions
  node_groups                      = var.cluster.node_groups == null ? local.size.node_groups : var.cluster.node_groups
  services                         = { for service, secrets in local.secrets_of : service => { secrets = secrets } }
  secrets_key_arns                 = [module.secrets.kms_key_arn]
  dns_zone_arns                    = ["arn:${data.aws_partition.current.partition}:route53:::hostedzone/${module.dns.zone_id}"]
  log_group_arns                   = [local.pod_log_group_arn]
  control_plane_log_retention_days = var.log_retention_days
}

# Migrations and scheduled jobs work as the database's owner, and make the services' users: one role for
# the two service accounts that the chart has for them.

locals {
  issuer = split("oidc-provider/", module.eks.oidc_provider_arn)[1]
}

resource "aws_iam_role" "maintenance" {
  name        = "${local.name}-maintenance"
  description = "Pods of the service accounts tradewind/migrate and tradewind/maintenance"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = module.eks.oidc_provider_arn }
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = ["system:serviceaccount:tradewind:maintenance", "system:serviceaccount:tradewind:migrate"]
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "maintenance" {
  name   = "only-what-it-needs"
  role   = aws_iam_role.maintenance.id
  policy = module.secrets.policies["migrate"]
}
