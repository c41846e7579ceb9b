mock_provider "aws" {
  override_during = plan

  override_data {
    target = data.aws_caller_identity.current
    values = { account_id = "111122223333" }
  }
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws" }
  }
  override_data {
    target = data.aws_region.current
    values = { name = "us-east-1" }
  }
  override_resource {
    target = aws_wafv2_web_acl.this
    values = { arn = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/x/1" }
  }
  override_resource {
    target = aws_kms_key.logs
    values = { arn = "arn:aws:kms:us-east-1:111122223333:key/logs" }
  }
  override_resource {
    target = aws_cloudwatch_log_group.this
    values = { arn = "arn:aws:logs:us-east-1:111122223333:log-group:aws-waf-logs-x" }
  }
  mock_resource "aws_wafv2_ip_set" {
    defaults = { arn = "arn:aws:wafv2:us-east-1:111122223333:global/ipset/x/1" }
  }
}

variables {
  name  = "tradewind-staging"
  scope = "CLOUDFRONT"
}

run "known_attacks_are_blocked_by_the_groups_that_aws_keeps" {
  command = plan

  assert {
    condition = length(setsubtract(
      ["AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesCommonRuleSet", "AWSManagedRulesSQLiRuleSet"],
      flatten([for r in aws_wafv2_web_acl.this.rule : [for g in r.statement[0].managed_rule_group_statement : g.name]]),
    )) == 0
    error_message = "Reputation, bad inputs (Log4j among them), the common rules and SQL injection are looked for."
  }
  assert {
    condition     = alltrue([for r in aws_wafv2_web_acl.this.rule : length(r.override_action[0].none) == 1 if length(r.override_action) > 0])
    error_message = "The groups block; they do not only count."
  }
}

run "bodies_that_orders_need_only_count_and_each_has_its_reason" {
  command = plan

  assert {
    condition = toset(flatten([
      for r in aws_wafv2_web_acl.this.rule : [for g in r.statement[0].managed_rule_group_statement : g.rule_action_override[*].name] if r.name == "common"
    ])) == toset(keys(var.common_rules_counted))
    error_message = "Exactly the rules with a reason are spared."
  }
  assert {
    condition     = contains(keys(var.common_rules_counted), "NoUserAgent_HEADER") && !contains(keys(var.common_rules_counted), "CrossSiteScripting_QUERYARGUMENTS")
    error_message = "Programs need no User-Agent; scripts in queries stay blocked."
  }
}

run "each_address_has_a_limit_and_a_narrow_one_to_sign_in" {
  command = plan

  variables {
    rate_limit    = 6000
    sign_in_limit = 20
  }

  assert {
    condition = {
      for r in aws_wafv2_web_acl.this.rule : r.name => r.statement[0].rate_based_statement[0].limit if length(r.statement[0].rate_based_statement) > 0
    } == { rate = 6000, sign-in-rate = 20 }
    error_message = "Both limits are those that were said."
  }
  assert {
    condition = alltrue([
      for r in aws_wafv2_web_acl.this.rule : r.action[0].block[0].custom_response[0].response_code == 429 if length(r.statement[0].rate_based_statement) > 0
    ])
    error_message = "Who is too fast is told 429, as the gateway would."
  }
  assert {
    condition     = can(regex(local.sign_in_path, "/api/tradewind/v1/session")) && can(regex(local.sign_in_path, "/tradewind/v1/session"))
    error_message = "Signing in is known with and without /api."
  }
  assert {
    condition     = jsondecode(one([for b in aws_wafv2_web_acl.this.custom_response_body : b.content if b.key == "too-many"])).code == 42910000
    error_message = "The body is one that clients of the gateway can read."
  }
}

run "calls_through_cloudfront_are_not_counted_by_cloudfronts_address" {
  command = plan

  variables {
    scope                   = "REGIONAL"
    hosts_limited_elsewhere = ["app.example.com"]
  }

  assert {
    condition = one([
      for r in aws_wafv2_web_acl.this.rule : r.statement[0].rate_based_statement[0].scope_down_statement[0].not_statement[0].statement[0].regex_match_statement[0].regex_string
      if r.name == "rate"
    ]) == "^(app\\.example\\.com)$"
    error_message = "At the load balancer the limit is for those who come without CloudFront."
  }
}

run "what_cannot_be_looked_at_whole_is_refused" {
  command = plan

  assert {
    condition = anytrue(flatten([
      for r in aws_wafv2_web_acl.this.rule : [
        for s in r.statement[0].or_statement[0].statement : [
          for c in s.size_constraint_statement : c.size == 8192 && c.comparison_operator == "GT" && length(c.field_to_match[0].body) == 1 && c.field_to_match[0].body[0].oversize_handling == "MATCH" if length(c.field_to_match[0].body) == 1
        ]
      ] if r.name == "size"
    ]))
    error_message = "A body beyond the limit, or beyond what the web ACL is shown, does not pass unseen."
  }
}

run "lists_come_before_everything_else" {
  command = plan

  variables {
    allow_addresses = ["192.0.2.0/24"]
    block_addresses = ["198.51.100.7/32", "2001:db8::/32"]
    block_countries = ["KP"]
  }

  assert {
    condition     = [for r in sort([for r in aws_wafv2_web_acl.this.rule : format("%02d %s", r.priority, r.name)]) : split(" ", r)[1]][0] == "allowed-addresses"
    error_message = "Who is on the list of the allowed passes first."
  }
  assert {
    condition     = aws_wafv2_ip_set.this["block-ipv6"].addresses == toset(["2001:db8::/32"]) && aws_wafv2_ip_set.this["block-ipv4"].addresses == toset(["198.51.100.7/32"])
    error_message = "Addresses go into the set of their version."
  }
  assert {
    condition     = one([for r in aws_wafv2_web_acl.this.rule : r.statement[0].geo_match_statement[0].country_codes if r.name == "blocked-countries"]) == tolist(["KP"])
    error_message = "Countries are refused by their code."
  }
  assert {
    condition     = length(distinct([for r in aws_wafv2_web_acl.this.rule : r.priority])) == length(aws_wafv2_web_acl.this.rule)
    error_message = "No two rules have the same place."
  }
}

run "no_log_and_no_sample_shows_a_key" {
  command = plan

  assert {
    condition = length(setsubtract(
      ["authorization", "apca-api-key-id", "apca-api-secret-key", "cookie"],
      [for f in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : f.single_header[0].name],
    )) == 0
    error_message = "Logs leave out what proves who somebody is."
  }
  assert {
    condition = length(setsubtract(
      ["authorization", "apca-api-key-id", "apca-api-secret-key", "cookie"],
      flatten([for p in aws_wafv2_web_acl.this.data_protection_config[0].data_protection : p.field[0].field_keys]),
    )) == 0
    error_message = "Samples in the console leave it out, too."
  }
}

run "refused_requests_are_logged_encrypted_and_expire" {
  command = plan

  variables {
    log_days = 30
  }

  assert {
    condition = (
      startswith(aws_cloudwatch_log_group.this.name, "aws-waf-logs-") && aws_cloudwatch_log_group.this.retention_in_days == 30 &&
      aws_cloudwatch_log_group.this.kms_key_id == aws_kms_key.logs.arn && aws_kms_key.logs.enable_key_rotation
    )
    error_message = "The group has the name that WAF demands, a key that rotates and an end."
  }
  assert {
    condition     = aws_wafv2_web_acl_logging_configuration.this.logging_filter[0].default_behavior == "DROP"
    error_message = "What passed is not logged unless it is asked for."
  }
}

run "bots_on_hosted_machines_are_not_taken_for_anonymous" {
  command = plan

  variables {
    anonymous_addresses = "block"
  }

  assert {
    condition = flatten([
      for r in aws_wafv2_web_acl.this.rule : [for g in r.statement[0].managed_rule_group_statement : g.rule_action_override[*].name] if r.name == "anonymous-addresses"
    ]) == ["HostingProviderIPList"]
    error_message = "Addresses of hosting providers only count."
  }
}

run "an_environment_can_be_closed_to_all_but_a_list" {
  command = plan

  variables {
    default_action  = "block"
    allow_addresses = ["192.0.2.0/24"]
  }

  assert {
    condition     = length(aws_wafv2_web_acl.this.default_action[0].block) == 1 && length(aws_wafv2_web_acl.this.default_action[0].allow) == 0
    error_message = "Whoever is on no list is refused."
  }
}

run "load_balancers_are_guarded_by_a_regional_acl" {
  command = plan

  variables {
    scope         = "REGIONAL"
    resource_arns = { ingress = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/x/1" }
  }

  assert {
    condition     = aws_wafv2_web_acl_association.this["ingress"].resource_arn == var.resource_arns["ingress"]
    error_message = "The load balancer that was named is guarded."
  }
}

run "a_load_balancer_is_no_matter_of_cloudfront" {
  command = plan

  variables {
    resource_arns = { ingress = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/x/1" }
  }

  expect_failures = [var.resource_arns]
}

run "letting_everybody_past_the_rules_is_refused" {
  command = plan

  variables {
    allow_addresses = ["0.0.0.0/0"]
  }

  expect_failures = [var.allow_addresses]
}

run "a_rule_is_not_spared_without_a_reason" {
  command = plan

  variables {
    common_rules_counted = { GenericLFI_BODY = "" }
  }

  expect_failures = [var.common_rules_counted]
}

run "a_load_balancer_cannot_look_at_large_bodies" {
  command = plan

  variables {
    scope          = "REGIONAL"
    body_bytes_max = 16384
  }

  expect_failures = [var.body_bytes_max]
}

run "a_sign_in_limit_that_limits_nothing_is_refused" {
  command = plan

  variables {
    sign_in_limit = 100000
  }

  expect_failures = [var.sign_in_limit]
}
