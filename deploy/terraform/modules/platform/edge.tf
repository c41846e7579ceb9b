# What the internet sees: the names, CloudFront with the web terminal, and the firewalls before it and
# before the load balancer.

locals {
  hosts = {
    app = "app.${var.domain.name}"
    # Where CloudFront, and programs that need no CDN, find the load balancer; external-dns keeps its record.
    api = "api.${var.domain.name}"
  }
}

module "dns" {
  source = "../dns"
  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }

  name        = local.name
  zone_name   = coalesce(var.domain.zone, var.domain.name)
  create_zone = var.domain.create_zone
  dnssec      = var.domain.dnssec
  hosts       = local.hosts
  edge_hosts  = ["app"]
  aliases     = { app = module.cdn.alias }
}

module "cdn" {
  source = "../cdn"
  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }

  name            = local.name
  hosts           = [local.hosts.app]
  certificate_arn = module.dns.edge_certificate_arn
  gateway_host    = local.hosts.api
  web_acl_arn     = module.waf_edge.arn
  force_destroy   = !local.critical
}

module "waf_edge" {
  source    = "../waf"
  providers = { aws = aws.us_east_1 }

  name            = local.name
  scope           = "CLOUDFRONT"
  default_action  = var.firewall.default_action
  trial           = var.firewall.trial
  allow_addresses = var.firewall.allow_addresses
  block_addresses = var.firewall.block_addresses
  block_countries = var.firewall.block_countries
  rate_limit      = var.firewall.rate_limit
}

# The load balancer is made in the cluster, by the controller, which is told of this ACL by the values.
module "waf_load_balancer" {
  source = "../waf"

  name                    = local.name
  scope                   = "REGIONAL"
  trial                   = var.firewall.trial
  block_addresses         = var.firewall.block_addresses
  hosts_limited_elsewhere = [local.hosts.app]
}
