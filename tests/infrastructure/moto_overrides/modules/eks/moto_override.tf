# moto has EKS clusters and node groups, and nothing else of it.

resource "aws_eks_access_entry" "this" {
  for_each = {}
}

resource "aws_eks_access_policy_association" "this" {
  for_each = {}
}

resource "aws_eks_addon" "before_nodes" {
  for_each = {}
}

resource "aws_eks_addon" "after_nodes" {
  for_each = {}
}

# The security group of its control planes does not exist.
locals {
  control_plane_group = var.node_security_group_id
}

# It forgets what these say.
resource "aws_eks_cluster" "this" {
  lifecycle {
    ignore_changes = [access_config, upgrade_policy, zonal_shift_config]
  }
}

# A launch template's own tags come back as those of what it launches.
resource "aws_launch_template" "node" {
  lifecycle {
    ignore_changes = [tag_specifications]
  }
}

# A rule that names a group loses its description.
resource "aws_vpc_security_group_ingress_rule" "nodes_to_api" {
  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_vpc_security_group_ingress_rule" "control_plane_to_nodes" {
  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_eks_node_group" "this" {
  lifecycle {
    ignore_changes = [node_repair_config, remote_access, scaling_config[0].desired_size, update_config]
  }
}
