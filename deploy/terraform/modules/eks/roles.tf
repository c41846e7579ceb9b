# A role for each service account, trusted for that account alone. External Secrets has none: it reads as
# the service whose secret it is asked for, so that no pod of the cluster can read all of them.

locals {
  issuer = trimprefix(aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://")

  services = {
    for service, reads in var.services : service => {
      namespace = var.namespace
      account   = service
      managed   = null
      inline    = length(reads.secrets) > 0
      policy    = local.secret_policies[service]
    }
  }

  secret_policies = {
    for service, reads in var.services : service => jsonencode({
      Version = "2012-10-17"
      Statement = concat(
        [{
          Sid    = "ReadOwnSecrets"
          Effect = "Allow"
          Action = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
          # AWS ends each secret's ARN with six characters of its own.
          Resource = [for secret in reads.secrets : "arn:${local.partition}:secretsmanager:${local.region}:${local.account}:secret:${var.name}/${secret}-??????"]
        }],
        [for key in var.secrets_key_arns : {
          Sid       = "DecryptThem"
          Effect    = "Allow"
          Action    = ["kms:Decrypt"]
          Resource  = [key]
          Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${local.region}.amazonaws.com" } }
        }],
      )
    })
  }

  pods = merge(local.services, local.controllers)
}

resource "aws_iam_openid_connect_provider" "cluster" {
  # AWS trusts the issuer's certificate through its own list of authorities: no thumbprint to keep.
  url            = aws_eks_cluster.this.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "pod" {
  for_each = local.pods

  name        = "${var.name}-${each.key}"
  description = "Pods of the service account ${each.value.namespace}/${each.value.account}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.cluster.arn }
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = "system:serviceaccount:${each.value.namespace}:${each.value.account}"
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "pod" {
  for_each = { for role, pod in local.pods : role => pod if pod.inline }

  name   = "only-what-it-needs"
  role   = aws_iam_role.pod[each.key].id
  policy = each.value.policy
}

resource "aws_iam_role_policy_attachment" "pod" {
  for_each = { for role, pod in local.pods : role => pod if pod.managed != null }

  role       = aws_iam_role.pod[each.key].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/${each.value.managed}"
}
