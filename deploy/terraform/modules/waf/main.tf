resource "aws_wafv2_web_acl" "this" {
  #checkov:skip=CKV_AWS_192: known bad inputs are refused (rules.tf); it cannot read rules that are made of a map

  name        = local.id
  description = "Guards ${var.name} (${lower(var.scope)})"
  scope       = var.scope

  default_action {
    dynamic "allow" {
      for_each = var.default_action == "allow" ? [1] : []
      content {}
    }
    dynamic "block" {
      for_each = var.default_action == "block" ? [1] : []
      content {
        custom_response {
          response_code            = 403
          custom_response_body_key = "forbidden"
        }
      }
    }
  }

  # In the form of the gateway's own errors, so that clients can read them.
  dynamic "custom_response_body" {
    for_each = local.responses
    content {
      key          = custom_response_body.key
      content_type = "APPLICATION_JSON"
      content      = jsonencode(custom_response_body.value)
    }
  }

  dynamic "rule" {
    for_each = length(var.allow_addresses) > 0 ? [1] : []
    content {
      name     = "allowed-addresses"
      priority = local.priorities["allowed-addresses"]

      action {
        allow {}
      }

      statement {
        or_statement {
          dynamic "statement" {
            for_each = ["allow-ipv4", "allow-ipv6"]
            content {
              ip_set_reference_statement {
                arn = aws_wafv2_ip_set.this[statement.value].arn
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "allowed-addresses"
        sampled_requests_enabled   = true
      }
    }
  }

  dynamic "rule" {
    for_each = length(var.block_addresses) > 0 ? [1] : []
    content {
      name     = "blocked-addresses"
      priority = local.priorities["blocked-addresses"]

      action {
        block {
          custom_response {
            response_code            = 403
            custom_response_body_key = "forbidden"
          }
        }
      }

      statement {
        or_statement {
          dynamic "statement" {
            for_each = ["block-ipv4", "block-ipv6"]
            content {
              ip_set_reference_statement {
                arn = aws_wafv2_ip_set.this[statement.value].arn
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "blocked-addresses"
        sampled_requests_enabled   = true
      }
    }
  }

  dynamic "rule" {
    for_each = length(var.block_countries) > 0 ? [1] : []
    content {
      name     = "blocked-countries"
      priority = local.priorities["blocked-countries"]

      action {
        block {
          custom_response {
            response_code            = 403
            custom_response_body_key = "forbidden"
          }
        }
      }

      statement {
        geo_match_statement {
          country_codes = sort(var.block_countries)
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "blocked-countries"
        sampled_requests_enabled   = true
      }
    }
  }

  rule {
    name     = "size"
    priority = local.priorities["size"]

    action {
      block {
        custom_response {
          response_code            = 413
          custom_response_body_key = "too-large"
        }
      }
    }

    statement {
      or_statement {
        statement {
          size_constraint_statement {
            comparison_operator = "GT"
            size                = var.body_bytes_max

            field_to_match {
              body {
                oversize_handling = "MATCH"
              }
            }
            text_transformation {
              priority = 0
              type     = "NONE"
            }
          }
        }
        statement {
          size_constraint_statement {
            comparison_operator = "GT"
            size                = local.path_bytes_max

            field_to_match {
              uri_path {}
            }
            text_transformation {
              priority = 0
              type     = "NONE"
            }
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "size"
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "sign-in-rate"
    priority = local.priorities["sign-in-rate"]

    action {
      block {
        custom_response {
          response_code            = 429
          custom_response_body_key = "too-many"
        }
      }
    }

    statement {
      rate_based_statement {
        aggregate_key_type    = "IP"
        evaluation_window_sec = 300
        limit                 = var.sign_in_limit

        scope_down_statement {
          and_statement {
            statement {
              byte_match_statement {
                positional_constraint = "EXACTLY"
                search_string         = "POST"

                field_to_match {
                  method {}
                }
                text_transformation {
                  priority = 0
                  type     = "NONE"
                }
              }
            }
            statement {
              regex_match_statement {
                regex_string = local.sign_in_path

                field_to_match {
                  uri_path {}
                }
                text_transformation {
                  priority = 0
                  type     = "URL_DECODE"
                }
                text_transformation {
                  priority = 1
                  type     = "LOWERCASE"
                }
              }
            }
            dynamic "statement" {
              for_each = local.hosts_counted_elsewhere
              content {
                not_statement {
                  statement {
                    regex_match_statement {
                      regex_string = statement.value

                      field_to_match {
                        single_header {
                          name = "host"
                        }
                      }
                      text_transformation {
                        priority = 0
                        type     = "LOWERCASE"
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "sign-in-rate"
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "rate"
    priority = local.priorities["rate"]

    action {
      block {
        custom_response {
          response_code            = 429
          custom_response_body_key = "too-many"
        }
      }
    }

    statement {
      rate_based_statement {
        aggregate_key_type    = "IP"
        evaluation_window_sec = 60
        limit                 = var.rate_limit

        # One address of CloudFront stands for many people.
        dynamic "scope_down_statement" {
          for_each = local.hosts_counted_elsewhere
          content {
            not_statement {
              statement {
                regex_match_statement {
                  regex_string = scope_down_statement.value

                  field_to_match {
                    single_header {
                      name = "host"
                    }
                  }
                  text_transformation {
                    priority = 0
                    type     = "LOWERCASE"
                  }
                }
              }
            }
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate"
      sampled_requests_enabled   = true
    }
  }

  dynamic "rule" {
    for_each = local.groups
    content {
      name     = rule.key
      priority = rule.value.priority

      override_action {
        dynamic "none" {
          for_each = contains(local.counting_groups, rule.key) ? [] : [1]
          content {}
        }
        dynamic "count" {
          for_each = contains(local.counting_groups, rule.key) ? [1] : []
          content {}
        }
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.value.group

          dynamic "rule_action_override" {
            for_each = rule.value.counted
            content {
              name = rule_action_override.value

              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.key
        sampled_requests_enabled   = true
      }
    }
  }

  # The web ACL's own records, its samples included, never show what proves who somebody is.
  data_protection_config {
    dynamic "data_protection" {
      for_each = local.secret_headers
      content {
        action = "SUBSTITUTION"

        field {
          field_type = "SINGLE_HEADER"
          field_keys = [data_protection.value]
        }
      }
    }
  }

  dynamic "association_config" {
    for_each = var.body_bytes_max > 16384 ? [1] : []
    content {
      request_body {
        cloudfront {
          default_size_inspection_limit = "KB_${var.body_bytes_max / 1024}"
        }
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = local.id
    sampled_requests_enabled   = true
  }
}
