locals {
  # Seconds. A page is asked for again after a second at most, and CloudFront compresses only what it
  # may keep at all; an asset's name changes with its content.
  cache_times = {
    pages  = { min = 1, default = 1, max = 60 }
    assets = { min = 1, default = 86400, max = 31536000 }
  }
  functions = {
    pages   = "Shows index.html for every page"
    caching = "Lets browsers keep assets"
  }
}

resource "aws_cloudfront_cache_policy" "this" {
  for_each = local.cache_times

  name        = "${var.name}-${each.key}"
  comment     = "${title(each.key)} of the web terminal"
  min_ttl     = each.value.min
  default_ttl = each.value.default
  max_ttl     = each.value.max

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = true
    enable_accept_encoding_gzip   = true

    cookies_config {
      cookie_behavior = "none"
    }
    headers_config {
      header_behavior = "none"
    }
    query_strings_config {
      query_string_behavior = "none"
    }
  }
}

resource "aws_cloudfront_function" "this" {
  for_each = local.functions

  name    = "${var.name}-${each.key}"
  comment = each.value
  runtime = "cloudfront-js-2.0"
  publish = true
  code    = file("${path.module}/functions/${each.key}.js")
}
