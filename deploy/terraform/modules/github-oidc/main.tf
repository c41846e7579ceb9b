# GitHub's workflows sign in with a token that GitHub signs, so no AWS key is stored anywhere. What a
# token may do depends on its subject: the repository, and the environment, pull request or ref.

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  issuer       = "token.actions.githubusercontent.com"
  partition    = data.aws_partition.current.partition
  account      = data.aws_caller_identity.current.account_id
  provider_arn = var.provider_arn == null ? aws_iam_openid_connect_provider.github[0].arn : var.provider_arn

  subjects = merge(
    { for name in var.environments : "deploy-${name}" => ["repo:${var.repository}:environment:${name}"] },
    {
      plan    = [for event in ["pull_request", "ref:refs/heads/${var.default_branch}"] : "repo:${var.repository}:${event}"]
      release = [for ref in var.release_refs : "repo:${var.repository}:ref:${ref}"]
    },
  )

  trust = {
    for role, subjects in local.subjects : role => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Action    = "sts:AssumeRoleWithWebIdentity"
        Principal = { Federated = local.provider_arn }
        Condition = {
          StringEquals = { "${local.issuer}:aud" = "sts.amazonaws.com" }
          # Only a release's subject may hold a wildcard; an exact subject matches just itself.
          StringLike = { "${local.issuer}:sub" = subjects }
        }
      }]
    })
  }
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.provider_arn == null ? 1 : 0

  # AWS trusts this issuer's certificate through its own list of authorities: no thumbprint to keep.
  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "ci" {
  for_each = local.subjects

  name                 = "${var.name}-ci-${each.key}"
  description          = "GitHub workflows of ${var.repository}: ${each.key}"
  assume_role_policy   = local.trust[each.key]
  max_session_duration = 3600 * (startswith(each.key, "deploy-") ? 2 : 1)
}
