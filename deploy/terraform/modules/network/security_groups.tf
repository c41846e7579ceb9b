# Who may talk to whom, by membership rather than by address. Rules between the control plane and its
# nodes are the cluster's own (modules/eks).

locals {
  groups = {
    nodes         = "Nodes of the cluster and the pods on them"
    load-balancer = "Load balancer before the ingress"
    database      = "PostgreSQL"
    valkey        = "Valkey"
    endpoints     = "Interface endpoints of AWS services"
  }

  # The load balancer controller looks for the one group of a node that carries this tag.
  group_tags = {
    nodes = { "kubernetes.io/cluster/${var.cluster_name}" = "owned" }
  }
}

resource "aws_security_group" "this" {
  #checkov:skip=CKV2_AWS_5: those who use them are other modules, which are handed their ids

  for_each = local.groups

  name        = "${var.name}-${each.key}"
  description = each.value
  vpc_id      = aws_vpc.this.id

  tags = merge({ Name = "${var.name}-${each.key}" }, lookup(local.group_tags, each.key, {}))
}

resource "aws_vpc_security_group_ingress_rule" "between_nodes" {
  security_group_id            = aws_security_group.this["nodes"].id
  referenced_security_group_id = aws_security_group.this["nodes"].id
  description                  = "Pods of one node to pods of another; network policies say which"
  ip_protocol                  = "-1"
}

resource "aws_vpc_security_group_egress_rule" "between_nodes" {
  security_group_id            = aws_security_group.this["nodes"].id
  referenced_security_group_id = aws_security_group.this["nodes"].id
  description                  = "Pods of one node to pods of another; network policies say which"
  ip_protocol                  = "-1"
}

resource "aws_vpc_security_group_egress_rule" "nodes_to_internet" {
  for_each = { for port in var.node_egress_ports : tostring(port) => port }

  security_group_id = aws_security_group.this["nodes"].id
  description       = "Nodes and pods to services outside"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
  cidr_ipv4         = "0.0.0.0/0"
}

locals {
  stores = { database = 5432, valkey = 6379 }
}

resource "aws_vpc_security_group_ingress_rule" "store" {
  for_each = local.stores

  security_group_id            = aws_security_group.this[each.key].id
  referenced_security_group_id = aws_security_group.this["nodes"].id
  description                  = "From the cluster and from nowhere else"
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
}

resource "aws_vpc_security_group_egress_rule" "nodes_to_store" {
  for_each = local.stores

  security_group_id            = aws_security_group.this["nodes"].id
  referenced_security_group_id = aws_security_group.this[each.key].id
  description                  = "Pods to ${local.groups[each.key]}"
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  for_each = local.private

  security_group_id = aws_security_group.this["endpoints"].id
  description       = "HTTPS from the private subnet in ${each.key}"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = each.value
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer_lists" {
  for_each = var.load_balancer_prefix_list_ids

  security_group_id = aws_security_group.this["load-balancer"].id
  description       = "HTTPS from a known list of addresses"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = each.value
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer_networks" {
  for_each = var.load_balancer_cidrs

  security_group_id = aws_security_group.this["load-balancer"].id
  description       = "HTTPS from ${each.value}"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = each.value
}

resource "aws_vpc_security_group_egress_rule" "load_balancer_to_nodes" {
  for_each = { for port in var.load_balancer_target_ports : tostring(port) => port }

  security_group_id            = aws_security_group.this["load-balancer"].id
  referenced_security_group_id = aws_security_group.this["nodes"].id
  description                  = "Load balancer to pods"
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
}

resource "aws_vpc_security_group_ingress_rule" "nodes_from_load_balancer" {
  for_each = { for port in var.load_balancer_target_ports : tostring(port) => port }

  security_group_id            = aws_security_group.this["nodes"].id
  referenced_security_group_id = aws_security_group.this["load-balancer"].id
  description                  = "Load balancer to pods"
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
}
