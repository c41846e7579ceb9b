data "aws_route53_zone" "this" {
  count = var.create_zone ? 0 : 1

  name         = var.zone_name
  private_zone = false
}

resource "aws_route53_zone" "this" {
  #checkov:skip=CKV2_AWS_38: Signing is a choice (dnssec): it takes a step at the registrar, and breaks the domain when that is forgotten.
  #checkov:skip=CKV2_AWS_39: Queries ask for public names; who calls is in the logs of the CDN and the load balancer.
  count = var.create_zone ? 1 : 0

  name    = var.zone_name
  comment = "Tradewind"
}

locals {
  zone_id      = var.create_zone ? aws_route53_zone.this[0].zone_id : data.aws_route53_zone.this[0].zone_id
  name_servers = var.create_zone ? aws_route53_zone.this[0].name_servers : data.aws_route53_zone.this[0].name_servers

  addresses = merge([
    for key, alias in var.aliases : merge(
      { "${key}/A" = { key = key, type = "A" } },
      alias.ipv6 ? { "${key}/AAAA" = { key = key, type = "AAAA" } } : {},
    )
  ]...)
}

resource "aws_route53_record" "alias" {
  for_each = local.addresses

  zone_id = local.zone_id
  name    = var.hosts[each.value.key]
  type    = each.value.type

  alias {
    name                   = var.aliases[each.value.key].dns_name
    zone_id                = var.aliases[each.value.key].zone_id
    evaluate_target_health = var.aliases[each.value.key].evaluate_health
  }
}

# On the hosts and not on the domain: other names in it may have certificates from elsewhere.
resource "aws_route53_record" "caa" {
  for_each = var.hosts

  zone_id = local.zone_id
  name    = each.value
  type    = "CAA"
  ttl     = var.ttl_s
  records = concat(
    [for authority in var.certificate_authorities : "0 issue \"${authority}\""],
    ["0 issuewild \";\""],
    var.caa_contact == null ? [] : ["0 iodef \"mailto:${var.caa_contact}\""],
  )
}
