# CloudFront's own addresses, as AWS keeps them.
data "aws_ec2_managed_prefix_list" "cloudfront" {
  name = "com.amazonaws.global.cloudfront.origin-facing"
}

module "network" {
  source = "../network"

  name                          = local.name
  cluster_name                  = local.name
  cidr                          = var.network.cidr
  zones                         = var.network.zones
  nat                           = var.network.nat
  load_balancer_prefix_list_ids = [data.aws_ec2_managed_prefix_list.cloudfront.id]
  load_balancer_cidrs           = var.network.load_balancer_cidrs
  flow_log_retention_days       = var.log_retention_days
}
