module "observability" {
  source = "../observability"
  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }

  name             = local.name
  subscribers      = { page = var.alarms.page, warn = var.alarms.warn }
  log_groups       = { services = local.critical ? 365 : 90 }
  budget_usd       = var.alarms.budget_usd
  cost_anomaly_usd = var.alarms.cost_anomaly_usd
  guardduty        = var.alarms.guardduty

  databases = {
    main = {
      identifier      = module.rds.identifier
      storage_gib     = coalesce(var.database.storage_gib, local.size.database.storage_gib)
      connections_max = local.size.database.connections_max
    }
  }
  # ElastiCache numbers the nodes of a group.
  valkey_cluster_ids = {
    for node in range(1, coalesce(var.valkey.nodes, local.size.valkey.nodes) + 1) :
    "node-${node}" => format("%s-%03d", module.valkey.replication_group_id, node)
  }
  distributions   = { terminal = module.cdn.distribution_id }
  nat_gateway_ids = module.network.nat_gateway_ids
  web_acls = {
    edge          = { name = module.waf_edge.web_acl_name, scope = "CLOUDFRONT" }
    load_balancer = { name = module.waf_load_balancer.web_acl_name, scope = "REGIONAL" }
  }
  certificates      = { load_balancer = module.dns.certificate_arn }
  edge_certificates = { terminal = module.dns.edge_certificate_arn }
}

locals {
  pod_log_group_arn = join(":", [
    "arn:${data.aws_partition.current.partition}:logs", data.aws_region.current.name,
    data.aws_caller_identity.current.account_id, "log-group", module.observability.log_group_names["services"],
  ])
}
