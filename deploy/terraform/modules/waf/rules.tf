locals {
  id = "${var.name}-${lower(var.scope)}"

  # The order of the rules: lists first, then what is cheap, then AWS's groups.
  priorities = {
    "allowed-addresses" = 0
    "blocked-addresses" = 1
    "blocked-countries" = 2
    "size"              = 3
    "sign-in-rate"      = 4
    "rate"              = 5
  }

  groups = merge(
    {
      ip-reputation    = { priority = 10, group = "AWSManagedRulesAmazonIpReputationList", counted = [] }
      known-bad-inputs = { priority = 11, group = "AWSManagedRulesKnownBadInputsRuleSet", counted = [] }
      common           = { priority = 12, group = "AWSManagedRulesCommonRuleSet", counted = sort(keys(var.common_rules_counted)) }
      sql-injection    = { priority = 13, group = "AWSManagedRulesSQLiRuleSet", counted = [] }
    },
    var.anonymous_addresses == "off" ? {} : {
      anonymous-addresses = { priority = 14, group = "AWSManagedRulesAnonymousIpList", counted = ["HostingProviderIPList"] }
    },
  )
  counting_groups = toset(concat(
    var.trial ? keys(local.groups) : [],
    var.anonymous_addresses == "count" ? ["anonymous-addresses"] : [],
  ))

  responses = {
    forbidden = { code = 40310000, message = "this request is not allowed from here" }
    too-large = { code = 41310000, message = "the request is larger than ${var.body_bytes_max} bytes" }
    too-many  = { code = 42910000, message = "too many requests: try again in a minute" }
  }

  # What must not lie about in logs and samples.
  secret_headers = ["apca-api-key-id", "apca-api-secret-key", "authorization", "cookie", "x-csrf-token"]
  path_bytes_max = 2048
  sign_in_path   = "^(/api)?/tradewind/v1/session/?$"

  # At most one regular expression, of the names whose callers are counted elsewhere.
  hosts_counted_elsewhere = length(var.hosts_limited_elsewhere) == 0 ? [] : [
    "^(${join("|", [for host in sort(var.hosts_limited_elsewhere) : replace(lower(host), ".", "\\.")])})$"
  ]

  ip_sets = merge(
    length(var.allow_addresses) == 0 ? {} : {
      allow-ipv4 = { version = "IPV4", addresses = [for cidr in var.allow_addresses : cidr if !strcontains(cidr, ":")] }
      allow-ipv6 = { version = "IPV6", addresses = [for cidr in var.allow_addresses : cidr if strcontains(cidr, ":")] }
    },
    length(var.block_addresses) == 0 ? {} : {
      block-ipv4 = { version = "IPV4", addresses = [for cidr in var.block_addresses : cidr if !strcontains(cidr, ":")] }
      block-ipv6 = { version = "IPV6", addresses = [for cidr in var.block_addresses : cidr if strcontains(cidr, ":")] }
    },
  )
}

resource "aws_wafv2_ip_set" "this" {
  for_each = local.ip_sets

  name               = "${local.id}-${each.key}"
  description        = "Addresses of ${var.name} to ${split("-", each.key)[0]}"
  scope              = var.scope
  ip_address_version = each.value.version
  addresses          = each.value.addresses
}

resource "aws_wafv2_web_acl_association" "this" {
  for_each = var.resource_arns

  resource_arn = each.value
  web_acl_arn  = aws_wafv2_web_acl.this.arn
}
