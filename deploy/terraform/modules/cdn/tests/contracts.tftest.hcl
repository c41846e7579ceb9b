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
  override_resource {
    target = aws_s3_bucket.web
    values = { id = "web", arn = "arn:aws:s3:::web", bucket_regional_domain_name = "web.s3.eu-central-1.amazonaws.com" }
  }
  override_resource {
    target = aws_s3_bucket.logs
    values = { id = "logs", arn = "arn:aws:s3:::logs" }
  }
  override_resource {
    target = aws_cloudfront_distribution.this
    values = {
      arn            = "arn:aws:cloudfront::111122223333:distribution/E1"
      domain_name    = "d1.cloudfront.net"
      hosted_zone_id = "Z2FDTNDATAQYW2"
    }
  }
  override_resource {
    target = aws_cloudfront_function.this["pages"]
    values = { arn = "arn:aws:cloudfront::111122223333:function/pages" }
  }
  override_resource {
    target = aws_cloudfront_function.this["caching"]
    values = { arn = "arn:aws:cloudfront::111122223333:function/caching" }
  }
  override_resource {
    target = aws_kms_key.logs
    values = { arn = "arn:aws:kms:eu-central-1:111122223333:key/logs" }
  }
}

mock_provider "aws" {
  alias           = "us_east_1"
  override_during = plan

  override_resource {
    target = aws_cloudwatch_log_delivery_destination.this
    values = { arn = "arn:aws:logs:us-east-1:111122223333:delivery-destination:cdn" }
  }
}

variables {
  name            = "tradewind-staging"
  hosts           = ["app.example.com"]
  certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/edge"
  gateway_host    = "api.example.com"
}

run "every_bucket_blocks_public_access" {
  command = plan

  assert {
    condition     = toset(keys(aws_s3_bucket_public_access_block.this)) == toset(["web", "logs"])
    error_message = "Both buckets have a block."
  }
  assert {
    condition = alltrue([
      for block in aws_s3_bucket_public_access_block.this :
      block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets
    ])
    error_message = "Each block is whole."
  }
  assert {
    condition     = alltrue([for o in aws_s3_bucket_ownership_controls.this : o.rule[0].object_ownership == "BucketOwnerEnforced"])
    error_message = "Access lists are off."
  }
}

run "every_bucket_is_encrypted_and_refuses_plain_http" {
  command = plan

  assert {
    condition = (
      one(aws_s3_bucket_server_side_encryption_configuration.web.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256" &&
      one(aws_s3_bucket_server_side_encryption_configuration.logs.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms" &&
      aws_kms_key.logs.enable_key_rotation
    )
    error_message = "Files are encrypted, and logs by a key of ours that rotates."
  }
  assert {
    condition = alltrue([
      for policy in [aws_s3_bucket_policy.web.policy, aws_s3_bucket_policy.logs.policy] : anytrue([
        for s in jsondecode(policy).Statement : try(s.Effect == "Deny" && s.Principal == "*" && s.Condition.Bool["aws:SecureTransport"] == "false", false)
      ])
    ])
    error_message = "Without TLS nothing is read or written."
  }
  assert {
    condition     = aws_s3_bucket_versioning.web.versioning_configuration[0].status == "Enabled"
    error_message = "A file that a bad deploy replaced can be had back."
  }
}

run "only_this_distribution_reads_the_web_bucket" {
  command = plan

  assert {
    condition = alltrue([
      for s in jsondecode(aws_s3_bucket_policy.web.policy).Statement : try(
        s.Principal.Service == "cloudfront.amazonaws.com" &&
        s.Condition.StringEquals["aws:SourceArn"] == aws_cloudfront_distribution.this.arn, false
      ) if s.Effect == "Allow"
    ])
    error_message = "Whoever is allowed anything is CloudFront, for this distribution."
  }
  assert {
    condition     = aws_cloudfront_origin_access_control.web.signing_behavior == "always"
    error_message = "CloudFront signs what it asks the bucket for."
  }
}

run "the_api_is_handed_through_whole_and_never_kept" {
  command = plan

  assert {
    condition     = [for b in aws_cloudfront_distribution.this.ordered_cache_behavior : b.path_pattern if b.target_origin_id == "gateway"] == [for path in var.gateway_paths : path]
    error_message = "Every path of the gateway leads to it."
  }
  assert {
    condition = alltrue([
      for b in aws_cloudfront_distribution.this.ordered_cache_behavior :
      b.cache_policy_id == local.caching_disabled && b.origin_request_policy_id == local.all_viewer &&
      length(b.allowed_methods) == 7 && length(b.function_association) == 0
      if b.target_origin_id == "gateway"
    ])
    error_message = "All methods, headers, cookies and queries reach the gateway (WebSockets need them), no function touches them and nothing is cached."
  }
  assert {
    condition     = alltrue([for b in aws_cloudfront_distribution.this.ordered_cache_behavior : b.viewer_protocol_policy == "https-only" if b.target_origin_id == "gateway"])
    error_message = "A key that was sent without TLS is refused, not redirected."
  }
  assert {
    condition     = length(setsubtract(["/api", "/api/*", "/stream", "/v2/*", "/v1beta3/*"], var.gateway_paths)) == 0
    error_message = "The API and the streams are reached at the same name as the terminal."
  }
}

run "errors_of_the_api_stay_what_they_are" {
  command = plan

  assert {
    condition     = length(aws_cloudfront_distribution.this.custom_error_response) == 0
    error_message = "A distribution that answered 403 or 404 by a page would do so for the API, too."
  }
  assert {
    condition = (
      one(aws_cloudfront_distribution.this.default_cache_behavior[0].function_association).event_type == "viewer-request" &&
      one(aws_cloudfront_distribution.this.default_cache_behavior[0].function_association).function_arn == aws_cloudfront_function.this["pages"].arn
    )
    error_message = "Pages are found by a function on what the bucket serves."
  }
}

run "viewers_speak_modern_tls_and_http_3" {
  command = plan

  assert {
    condition     = aws_cloudfront_distribution.this.viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021"
    error_message = "Nothing older than TLS 1.2."
  }
  assert {
    condition     = aws_cloudfront_distribution.this.http_version == "http2and3" && aws_cloudfront_distribution.this.is_ipv6_enabled
    error_message = "HTTP/3 and IPv6 are on."
  }
  assert {
    condition = alltrue([
      for o in aws_cloudfront_distribution.this.origin : alltrue([
        for c in o.custom_origin_config : c.origin_protocol_policy == "https-only" && c.origin_ssl_protocols == toset(["TLSv1.2"])
      ])
    ])
    error_message = "The load balancer is reached by TLS alone."
  }
}

run "assets_are_kept_and_pages_are_asked_for_again" {
  command = plan

  assert {
    condition = (
      aws_cloudfront_cache_policy.this["assets"].max_ttl == 31536000 && aws_cloudfront_cache_policy.this["pages"].default_ttl <= 1 &&
      one([for i in aws_cloudfront_response_headers_policy.web["pages"].custom_headers_config[0].items : i.value if i.header == "Cache-Control"]) == "no-cache"
    )
    error_message = "A deploy is seen within seconds."
  }
  assert {
    condition     = alltrue([for p in aws_cloudfront_cache_policy.this : p.min_ttl > 0 && p.parameters_in_cache_key_and_forwarded_to_origin[0].enable_accept_encoding_brotli])
    error_message = "CloudFront compresses only what it may keep: no minimum of zero."
  }
  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].compress && aws_cloudfront_distribution.this.ordered_cache_behavior[0].compress
    error_message = "Pages and assets are compressed."
  }
}

run "every_answer_says_that_the_site_speaks_tls_alone" {
  command = plan

  assert {
    condition = alltrue([
      for policy in [aws_cloudfront_response_headers_policy.web["pages"], aws_cloudfront_response_headers_policy.web["assets"], aws_cloudfront_response_headers_policy.gateway] :
      policy.security_headers_config[0].strict_transport_security[0].access_control_max_age_sec >= 31536000
    ])
    error_message = "Strict-Transport-Security for a year, also on the API."
  }
  assert {
    condition     = length(aws_cloudfront_response_headers_policy.gateway.security_headers_config[0].content_security_policy) == 0
    error_message = "The gateway's own policy is not replaced."
  }
}

run "logs_hold_no_cookie_and_no_query_and_expire" {
  command = plan

  variables {
    log_days = 30
  }

  assert {
    condition     = alltrue([for field in aws_cloudwatch_log_delivery.this.record_fields : !strcontains(field, "ookie") && !strcontains(field, "query") && !strcontains(field, "eferer")])
    error_message = "What may prove who somebody is stays out of logs."
  }
  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.logs.rule[0].expiration[0].days == 30
    error_message = "Logs go after the days that were said."
  }
}

run "countries_and_the_web_acl_are_taken_as_given" {
  command = plan

  variables {
    geo_restriction = { type = "blacklist", countries = ["KP"] }
    web_acl_arn     = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/edge/1"
  }

  assert {
    condition     = aws_cloudfront_distribution.this.restrictions[0].geo_restriction[0].locations == toset(["KP"])
    error_message = "The countries that were named are kept out."
  }
  assert {
    condition     = aws_cloudfront_distribution.this.web_acl_id == var.web_acl_arn
    error_message = "The web ACL guards the distribution."
  }
}

run "a_certificate_of_another_region_is_refused" {
  command = plan

  variables {
    certificate_arn = "arn:aws:acm:eu-central-1:111122223333:certificate/regional"
  }

  expect_failures = [var.certificate_arn]
}

run "a_regional_web_acl_is_refused" {
  command = plan

  variables {
    web_acl_arn = "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/lb/1"
  }

  expect_failures = [var.web_acl_arn]
}

run "a_gateway_that_takes_everything_is_refused" {
  command = plan

  variables {
    gateway_paths = ["/api/*", "/*"]
  }

  expect_failures = [var.gateway_paths]
}

run "a_terminal_without_its_api_is_refused" {
  command = plan

  variables {
    gateway_paths = ["/v2/*"]
  }

  expect_failures = [var.gateway_paths]
}

run "a_restriction_without_countries_is_refused" {
  command = plan

  variables {
    geo_restriction = { type = "whitelist", countries = [] }
  }

  expect_failures = [var.geo_restriction]
}

run "an_address_with_a_protocol_is_no_host" {
  command = plan

  variables {
    gateway_host = "https://api.example.com"
  }

  expect_failures = [var.gateway_host]
}
