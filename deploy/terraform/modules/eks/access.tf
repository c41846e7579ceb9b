# Who enters the cluster is said here and nowhere else: no aws-auth map, no right of whoever made it.

locals {
  policies = {
    administrator = { policy = "AmazonEKSClusterAdminPolicy", namespaces = null, groups = [] }
    # Anything in one namespace, custom resources among it. What a release has outside of namespaces
    # (priority classes) the group is allowed by a role binding in the cluster.
    deployer = { policy = "AmazonEKSClusterAdminPolicy", namespaces = [var.namespace], groups = ["tradewind:deployers"] }
    viewer   = { policy = "AmazonEKSViewPolicy", namespaces = [var.namespace], groups = [] }
  }

  # Who is named twice has the greater right.
  principals = merge(
    { for arn in var.viewers : arn => "viewer" },
    { for arn in var.deployers : arn => "deployer" },
    { for arn in var.administrators : arn => "administrator" },
  )
}

resource "aws_eks_access_entry" "this" {
  for_each = local.principals

  cluster_name      = aws_eks_cluster.this.name
  principal_arn     = each.key
  kubernetes_groups = local.policies[each.value].groups
}

resource "aws_eks_access_policy_association" "this" {
  for_each = local.principals

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_eks_access_entry.this[each.key].principal_arn
  policy_arn    = "arn:${local.partition}:eks::aws:cluster-access-policy/${local.policies[each.value].policy}"

  access_scope {
    type       = local.policies[each.value].namespaces == null ? "cluster" : "namespace"
    namespaces = local.policies[each.value].namespaces
  }
}
