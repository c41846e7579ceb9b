data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  arn        = "arn:${data.aws_partition.current.partition}"
  account_id = data.aws_caller_identity.current.account_id

  # Policies that AWS keeps, by the ids that its documentation gives them.
  caching_disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  all_viewer       = "216adef6-5c7f-47e4-b989-5492eafa07d3"

  web_origin     = "web"
  gateway_origin = "gateway"
}

resource "aws_cloudfront_origin_access_control" "web" {
  name                              = "${var.name}-web"
  description                       = "Reads the web terminal of ${var.name}"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV_AWS_86: Access logs go by the newer delivery (logs.tf), which needs no bucket with access lists.
  #checkov:skip=CKV_AWS_310: A bucket fails with its region, where the gateway is, too; there is nothing to fail over to.
  #checkov:skip=CKV_AWS_374: Which countries are served is the operator's choice (geo_restriction).
  #checkov:skip=CKV2_AWS_47: The web ACL is handed in; the module waf holds it to the rules against Log4j.
  enabled             = true
  comment             = "Web terminal and API of ${var.name}"
  aliases             = var.hosts
  default_root_object = "index.html"
  http_version        = "http2and3"
  is_ipv6_enabled     = true
  price_class         = var.price_class
  web_acl_id          = var.web_acl_arn

  origin {
    origin_id                = local.web_origin
    domain_name              = aws_s3_bucket.web.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.web.id
  }

  origin {
    origin_id   = local.gateway_origin
    domain_name = var.gateway_host

    custom_origin_config {
      http_port                = 80
      https_port               = 443
      origin_protocol_policy   = "https-only"
      origin_ssl_protocols     = ["TLSv1.2"]
      origin_keepalive_timeout = 60
      # Longer than the gateway itself gives a request, so that its own answer arrives.
      origin_read_timeout = 60
    }
  }

  # The pages of the terminal.
  default_cache_behavior {
    target_origin_id           = local.web_origin
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD", "OPTIONS"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = aws_cloudfront_cache_policy.this["pages"].id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.web["pages"].id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.this["pages"].arn
    }
  }

  ordered_cache_behavior {
    path_pattern               = "/assets/*"
    target_origin_id           = local.web_origin
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD", "OPTIONS"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = aws_cloudfront_cache_policy.this["assets"].id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.web["assets"].id

    function_association {
      event_type   = "viewer-response"
      function_arn = aws_cloudfront_function.this["caching"].arn
    }
  }

  # The gateway, WebSockets included: everything that the viewer sent, nothing kept, nothing added but
  # that the site speaks TLS alone. Plain HTTP is refused: a redirect would come after the key was sent.
  dynamic "ordered_cache_behavior" {
    for_each = var.gateway_paths
    content {
      path_pattern               = ordered_cache_behavior.value
      target_origin_id           = local.gateway_origin
      viewer_protocol_policy     = "https-only"
      allowed_methods            = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
      cached_methods             = ["GET", "HEAD"]
      compress                   = false
      cache_policy_id            = local.caching_disabled
      origin_request_policy_id   = local.all_viewer
      response_headers_policy_id = aws_cloudfront_response_headers_policy.gateway.id
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = var.geo_restriction.type
      locations        = var.geo_restriction.countries
    }
  }

  viewer_certificate {
    acm_certificate_arn      = var.certificate_arn
    minimum_protocol_version = "TLSv1.2_2021"
    ssl_support_method       = "sni-only"
  }
}
