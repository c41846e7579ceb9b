variable "name" {
  description = "Name of the environment, such as tradewind-staging."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 32 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "hosts" {
  description = "Names that the distribution answers to, such as app.example.com."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.hosts) > 0
    error_message = "hosts holds at least one name."
  }
}

variable "certificate_arn" {
  description = "Certificate of us-east-1 for the hosts."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:acm:us-east-1:", var.certificate_arn))
    error_message = "certificate_arn is a certificate of us-east-1: CloudFront reads no others."
  }
}

variable "gateway_host" {
  description = "Name that the load balancer before the gateway answers at. It is sent the name that the viewer asked for as Host, so its certificate is for the hosts, too."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.gateway_host))
    error_message = "gateway_host is a host name without protocol and path."
  }
}

variable "gateway_paths" {
  description = "Paths that the gateway serves, by CloudFront's patterns; all else is the web terminal. /api is the terminal's own way, the others let a client of Alpaca's API be pointed at the same name."
  type        = list(string)
  nullable    = false
  default     = ["/api", "/api/*", "/stream", "/v1/*", "/v2/*", "/v1beta1/*", "/v1beta3/*"]

  validation {
    condition     = contains(var.gateway_paths, "/api/*")
    error_message = "gateway_paths holds /api/*, which the web terminal calls."
  }
  validation {
    condition     = length(var.gateway_paths) <= 20 && alltrue([for path in var.gateway_paths : startswith(path, "/") && path != "/*"])
    error_message = "gateway_paths holds at most 20 patterns that begin with a slash, and none that takes everything."
  }
}

variable "web_acl_arn" {
  description = "Web ACL of scope CLOUDFRONT that guards the distribution; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.web_acl_arn == null || can(regex("^arn:[^:]+:wafv2:us-east-1:[0-9]{12}:global/webacl/", var.web_acl_arn))
    error_message = "web_acl_arn is a web ACL of scope CLOUDFRONT."
  }
}

variable "price_class" {
  description = "Which of CloudFront's places serve: PriceClass_100 (North America and Europe), PriceClass_200 or PriceClass_All."
  type        = string
  default     = "PriceClass_100"
  nullable    = false

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class is PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "geo_restriction" {
  description = "Countries (ISO 3166-1, two letters) that are let in (whitelist) or kept out (blacklist)."
  type = object({
    type      = string
    countries = set(string)
  })
  default  = { type = "none", countries = [] }
  nullable = false

  validation {
    condition     = contains(["none", "whitelist", "blacklist"], var.geo_restriction.type)
    error_message = "geo_restriction.type is none, whitelist or blacklist."
  }
  validation {
    condition     = (var.geo_restriction.type == "none") == (length(var.geo_restriction.countries) == 0)
    error_message = "geo_restriction names countries exactly when its type is not none."
  }
  validation {
    condition     = alltrue([for country in var.geo_restriction.countries : can(regex("^[A-Z]{2}$", country))])
    error_message = "geo_restriction.countries holds codes of two capital letters."
  }
}

variable "log_days" {
  description = "Days that access logs are kept; they hold addresses of people."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.log_days >= 1 && var.log_days <= 3650
    error_message = "log_days is between 1 and 3650."
  }
}

variable "force_destroy" {
  description = "Whether destroying also removes the files and logs in the buckets."
  type        = bool
  default     = false
  nullable    = false
}
