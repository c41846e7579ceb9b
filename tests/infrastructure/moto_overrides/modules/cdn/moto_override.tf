# moto's CloudFront has no policies of caches and headers, and publishes no functions. The distribution
# is made without them.

resource "aws_cloudfront_cache_policy" "this" {
  for_each = {}
}

resource "aws_cloudfront_response_headers_policy" "web" {
  for_each = {}
}

resource "aws_cloudfront_response_headers_policy" "gateway" {
  count = 0
}

resource "aws_cloudfront_function" "this" {
  publish = false
}

resource "aws_cloudfront_distribution" "this" {
  # It answers with what policies have long replaced, forgets by which control CloudFront reads the
  # bucket, and says that there is the default certificate beside ours.
  lifecycle {
    ignore_changes = [default_cache_behavior, ordered_cache_behavior, origin, viewer_certificate]
  }

  default_cache_behavior {
    target_origin_id       = local.web_origin
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD", "OPTIONS"]
    cached_methods         = ["GET", "HEAD"]
    compress               = true
    cache_policy_id        = local.caching_disabled
  }
  dynamic "ordered_cache_behavior" {
    for_each = var.gateway_paths
    content {
      path_pattern             = ordered_cache_behavior.value
      target_origin_id         = local.gateway_origin
      viewer_protocol_policy   = "https-only"
      allowed_methods          = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
      cached_methods           = ["GET", "HEAD"]
      compress                 = false
      cache_policy_id          = local.caching_disabled
      origin_request_policy_id = local.all_viewer
    }
  }
}
