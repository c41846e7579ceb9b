data "aws_region" "current" {}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

locals {
  region    = data.aws_region.current.name
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id
  log_group = "/aws/eks/${var.name}/cluster" # the name is AWS's
}

resource "aws_cloudwatch_log_group" "control_plane" {
  name              = local.log_group
  retention_in_days = var.control_plane_log_retention_days
  kms_key_id        = aws_kms_key.cluster.arn
}

resource "aws_iam_role" "cluster" {
  name        = "${var.name}-cluster"
  description = "Control plane of ${var.name}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "eks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_iam_role_policy" "cluster_key" {
  name = "encrypt-secrets"
  role = aws_iam_role.cluster.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"]
      Resource = aws_kms_key.cluster.arn
    }]
  })
}

resource "aws_eks_cluster" "this" {
  #checkov:skip=CKV_AWS_339: its list of versions ends before the present ones; variables.tf refuses those out of support
  name     = var.name
  version  = var.kubernetes_version
  role_arn = aws_iam_role.cluster.arn

  enabled_cluster_log_types     = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  bootstrap_self_managed_addons = false # addons.tf has all of them

  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = false
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = aws_kms_key.cluster.arn
    }
  }

  upgrade_policy {
    support_type = "STANDARD" # upgraded when support ends, rather than billed for staying
  }

  vpc_config {
    subnet_ids              = var.subnet_ids
    endpoint_private_access = true
    endpoint_public_access  = length(var.public_access_cidrs) > 0
    public_access_cidrs     = length(var.public_access_cidrs) > 0 ? var.public_access_cidrs : null
  }

  zonal_shift_config {
    enabled = true
  }

  depends_on = [
    aws_cloudwatch_log_group.control_plane, # or AWS makes one that is neither encrypted nor ever emptied
    aws_iam_role_policy_attachment.cluster,
    aws_iam_role_policy.cluster_key,
  ]
}

# Between the control plane and its nodes. The group of the control plane is AWS's; nodes are not in it,
# for it lets its members talk to everything.

locals {
  control_plane_group = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id

  # Webhooks listen where their makers chose.
  control_plane_calls = {
    kubelets               = 10250 # and the webhooks of cert-manager and External Secrets
    metrics                = 10251
    webhooks               = 443
    webhooks-ingress       = 8443
    webhooks-load-balancer = 9443
  }
}

resource "aws_vpc_security_group_ingress_rule" "nodes_to_api" {
  security_group_id            = local.control_plane_group
  referenced_security_group_id = var.node_security_group_id
  description                  = "Nodes and pods to the Kubernetes API"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_security_group_ingress_rule" "control_plane_to_nodes" {
  for_each = local.control_plane_calls

  security_group_id            = var.node_security_group_id
  referenced_security_group_id = local.control_plane_group
  description                  = "Control plane to kubelets, webhooks and API extensions"
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
}
