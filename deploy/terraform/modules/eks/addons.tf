locals {
  # Nodes need these to get ready; the others need nodes to get ready.
  addons_before_nodes = {
    eks-pod-identity-agent = { role = null, settings = null }
    kube-proxy             = { role = null, settings = null }
    vpc-cni = {
      role = "vpc-cni"
      settings = jsonencode({
        enableNetworkPolicy = "true"
        env                 = { ENABLE_PREFIX_DELEGATION = "true", WARM_PREFIX_TARGET = "1" }
      })
    }
  }
  addons_after_nodes = {
    aws-ebs-csi-driver = { role = "ebs-csi", settings = jsonencode({ controller = { volumeModificationFeature = { enabled = true } } }) }
    coredns            = { role = null, settings = jsonencode({ autoScaling = { enabled = true } }) }
    metrics-server     = { role = null, settings = null }
  }
}

resource "aws_eks_addon" "before_nodes" {
  for_each = local.addons_before_nodes

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = lookup(var.addon_versions, each.key, null)
  configuration_values        = each.value.settings
  service_account_role_arn    = each.value.role == null ? null : aws_iam_role.pod[each.value.role].arn
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  depends_on = [aws_iam_role_policy_attachment.pod]
}

resource "aws_eks_addon" "after_nodes" {
  for_each = local.addons_after_nodes

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = lookup(var.addon_versions, each.key, null)
  configuration_values        = each.value.settings
  service_account_role_arn    = each.value.role == null ? null : aws_iam_role.pod[each.value.role].arn
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  depends_on = [aws_eks_node_group.this, aws_iam_role_policy_attachment.pod]
}
