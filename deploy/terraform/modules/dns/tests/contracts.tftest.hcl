mock_provider "aws" {
  override_during = plan

  override_data {
    target = data.aws_route53_zone.this
    values = { zone_id = "ZLOOKEDUP", name_servers = ["ns-1.example.net"] }
  }
  override_resource {
    target = aws_route53_zone.this
    values = { zone_id = "ZMADE", name_servers = ["ns-2.example.net"] }
  }
  override_resource {
    target = aws_acm_certificate.this
    values = {
      arn = "arn:aws:acm:eu-central-1:111122223333:certificate/regional"
      domain_validation_options = [
        { domain_name = "api.example.com", resource_record_name = "_1.api.example.com.", resource_record_type = "CNAME", resource_record_value = "_1.acm-validations.aws." },
        { domain_name = "app.example.com", resource_record_name = "_2.app.example.com.", resource_record_type = "CNAME", resource_record_value = "_2.acm-validations.aws." },
        { domain_name = "streams.example.com", resource_record_name = "_3.streams.example.com.", resource_record_type = "CNAME", resource_record_value = "_3.acm-validations.aws." },
      ]
    }
  }
}

mock_provider "aws" {
  alias           = "us_east_1"
  override_during = plan

  override_resource {
    target = aws_acm_certificate.edge
    values = { arn = "arn:aws:acm:us-east-1:111122223333:certificate/edge" }
  }
  override_resource {
    target = aws_kms_key.dnssec
    values = { arn = "arn:aws:kms:us-east-1:111122223333:key/dnssec" }
  }
}

variables {
  name      = "tradewind-staging"
  zone_name = "example.com"
  hosts = {
    app     = "app.example.com"
    api     = "api.example.com"
    streams = "streams.example.com"
  }
  aliases = {
    app = { dns_name = "d1.cloudfront.net", zone_id = "Z2FDTNDATAQYW2" }
    api = { dns_name = "lb.elb.amazonaws.com", zone_id = "ZLB", ipv6 = false, evaluate_health = true }
  }
}

run "a_zone_that_exists_is_looked_up" {
  command = plan

  assert {
    condition     = length(aws_route53_zone.this) == 0 && output.zone_id == "ZLOOKEDUP"
    error_message = "Without create_zone nothing is made, and the records go into the zone that exists."
  }
}

run "a_zone_is_made_when_it_is_asked_for" {
  command = plan

  variables {
    create_zone = true
  }

  assert {
    condition     = output.zone_id == "ZMADE" && output.name_servers == tolist(["ns-2.example.net"])
    error_message = "The new zone is used, and its name servers are told."
  }
}

run "hosts_lead_where_the_aliases_say" {
  command = plan

  assert {
    condition     = toset(keys(aws_route53_record.alias)) == toset(["app/A", "app/AAAA", "api/A"])
    error_message = "IPv6 is left out where it was not offered, and a host without an alias has no address."
  }
  assert {
    condition = (
      aws_route53_record.alias["app/AAAA"].name == "app.example.com" &&
      aws_route53_record.alias["app/AAAA"].alias[0].name == "d1.cloudfront.net" &&
      aws_route53_record.alias["api/A"].alias[0].evaluate_target_health
    )
    error_message = "Each address is an alias of its target."
  }
}

run "only_amazon_may_issue_certificates_and_none_for_every_name" {
  command = plan

  variables {
    caa_contact = "security@example.com"
  }

  assert {
    condition     = toset([for record in aws_route53_record.caa : record.name]) == toset(values(var.hosts))
    error_message = "Each host says who may issue."
  }
  assert {
    condition = alltrue([
      for record in aws_route53_record.caa :
      contains(record.records, "0 issue \"amazon.com\"") &&
      contains(record.records, "0 issuewild \";\"") &&
      contains(record.records, "0 iodef \"mailto:security@example.com\"")
    ])
    error_message = "Amazon may issue for the name, nobody for what is below it, and refused requests are told."
  }
}

run "the_load_balancer_and_cloudfront_each_have_a_certificate" {
  command = plan

  assert {
    condition = (
      toset(concat([aws_acm_certificate.this.domain_name], tolist(aws_acm_certificate.this.subject_alternative_names))) ==
      toset(values(var.hosts))
    )
    error_message = "The certificate of the region is for all hosts: CloudFront hands on the name that was asked for."
  }
  assert {
    condition     = aws_acm_certificate.edge.domain_name == "app.example.com" && length(aws_acm_certificate.edge.subject_alternative_names) == 0
    error_message = "CloudFront's certificate is for its hosts alone."
  }
  assert {
    condition     = startswith(output.edge_certificate_arn, "arn:aws:acm:us-east-1:")
    error_message = "CloudFront's certificate is in us-east-1."
  }
  assert {
    condition     = aws_acm_certificate.this.validation_method == "DNS" && aws_acm_certificate.edge.validation_method == "DNS"
    error_message = "Certificates are proved by records, so that they renew by themselves."
  }
}

run "each_name_is_proved_by_a_record_of_its_own" {
  command = plan

  assert {
    condition = {
      for key, record in aws_route53_record.validation : key => one(record.records)
    } == { api = "_1.acm-validations.aws.", app = "_2.acm-validations.aws.", streams = "_3.acm-validations.aws." }
    error_message = "The record of each host holds what ACM asked for that host."
  }
}

run "the_zone_is_signed_only_when_it_is_asked_for" {
  command = plan

  assert {
    condition     = length(aws_route53_hosted_zone_dnssec.this) + length(aws_kms_key.dnssec) == 0 && output.ds_record == null
    error_message = "Without dnssec nothing is signed."
  }
}

run "a_signed_zone_has_a_key_that_route_53_can_use" {
  command = plan

  variables {
    dnssec = true
  }

  assert {
    condition     = aws_kms_key.dnssec[0].customer_master_key_spec == "ECC_NIST_P256" && aws_kms_key.dnssec[0].key_usage == "SIGN_VERIFY"
    error_message = "Route 53 takes a key on the curve P-256 that signs."
  }
  assert {
    condition     = length(aws_route53_hosted_zone_dnssec.this) == 1
    error_message = "Signing is on."
  }
}

run "a_host_outside_of_the_zone_is_refused" {
  command = plan

  variables {
    hosts = { app = "app.example.org" }
  }

  expect_failures = [var.hosts]
}

run "a_certificate_for_every_name_is_refused" {
  command = plan

  variables {
    hosts = { app = "*.example.com" }
  }

  expect_failures = [var.hosts]
}

run "an_alias_of_no_host_is_refused" {
  command = plan

  variables {
    aliases = { shop = { dns_name = "d1.cloudfront.net", zone_id = "Z2FDTNDATAQYW2" } }
  }

  expect_failures = [var.aliases]
}

run "a_domain_with_a_dot_at_its_end_is_refused" {
  command = plan

  variables {
    zone_name = "example.com."
  }

  expect_failures = [var.zone_name]
}

run "a_list_of_authorities_without_amazon_is_refused" {
  command = plan

  variables {
    certificate_authorities = ["letsencrypt.org"]
  }

  expect_failures = [var.certificate_authorities]
}
