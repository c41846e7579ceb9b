locals {
  names      = sort(values(var.hosts))
  edge_names = sort([for key in var.edge_hosts : var.hosts[key]])
}

resource "aws_acm_certificate" "this" {
  domain_name               = local.names[0]
  subject_alternative_names = slice(local.names, 1, length(local.names))
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_route53_record.caa]
}

# CloudFront reads certificates of us-east-1 alone.
resource "aws_acm_certificate" "edge" {
  provider = aws.us_east_1

  domain_name               = local.edge_names[0]
  subject_alternative_names = slice(local.edge_names, 1, length(local.edge_names))
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_route53_record.caa]
}

locals {
  validations = {
    for key, host in var.hosts : key => one([
      for option in aws_acm_certificate.this.domain_validation_options : option if option.domain_name == host
    ])
  }
}

# One record proves a name for every certificate of the account, in whichever region.
resource "aws_route53_record" "validation" {
  for_each = var.hosts

  zone_id         = local.zone_id
  name            = local.validations[each.key].resource_record_name
  type            = local.validations[each.key].resource_record_type
  records         = [local.validations[each.key].resource_record_value]
  ttl             = var.ttl_s
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}

resource "aws_acm_certificate_validation" "edge" {
  provider = aws.us_east_1

  certificate_arn = aws_acm_certificate.edge.arn

  depends_on = [aws_route53_record.validation]
}
