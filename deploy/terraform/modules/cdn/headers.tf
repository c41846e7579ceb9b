locals {
  # The same as deploy/docker/web-ui/nginx.conf says, held to it by tests/infrastructure/test_cdn.py.
  content_security_policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
  opener_policy           = "same-origin"
  permissions_policy      = "camera=(), geolocation=(), microphone=(), payment=()"
  referrer_policy         = "no-referrer"
  frame_option            = "DENY"
  transport_age_s         = 31536000

  web_headers = {
    pages = {
      Cache-Control              = "no-cache"
      Cross-Origin-Opener-Policy = local.opener_policy
      Permissions-Policy         = local.permissions_policy
    }
    # How long assets are kept is said by a function, which spares failures.
    assets = {
      Cross-Origin-Opener-Policy = local.opener_policy
      Permissions-Policy         = local.permissions_policy
    }
  }
}

resource "aws_cloudfront_response_headers_policy" "web" {
  #checkov:skip=CKV_AWS_259: It asks for preload, by which anybody could put the domain on the browsers' lists, and nobody off them soon.
  for_each = local.web_headers

  name    = "${var.name}-${each.key}"
  comment = "${title(each.key)} of the web terminal"

  custom_headers_config {
    dynamic "items" {
      for_each = each.value
      content {
        header   = items.key
        value    = items.value
        override = true
      }
    }
  }

  security_headers_config {
    content_security_policy {
      content_security_policy = local.content_security_policy
      override                = true
    }
    content_type_options {
      override = true
    }
    frame_options {
      frame_option = local.frame_option
      override     = true
    }
    referrer_policy {
      referrer_policy = local.referrer_policy
      override        = true
    }
    strict_transport_security {
      access_control_max_age_sec = local.transport_age_s
      include_subdomains         = true
      override                   = true
    }
  }
}

# What the gateway says of itself stays as it is.
resource "aws_cloudfront_response_headers_policy" "gateway" {
  #checkov:skip=CKV_AWS_259: It asks for preload, by which anybody could put the domain on the browsers' lists, and nobody off them soon.
  name    = "${var.name}-gateway"
  comment = "Answers of the gateway"

  security_headers_config {
    strict_transport_security {
      access_control_max_age_sec = local.transport_age_s
      include_subdomains         = true
      override                   = true
    }
  }
}
