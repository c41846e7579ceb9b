variable "name" {
  description = "Name of the environment, such as tradewind-staging."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 32 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "scope" {
  description = "CLOUDFRONT (the provider handed in is then of us-east-1) or REGIONAL, for load balancers."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["CLOUDFRONT", "REGIONAL"], var.scope)
    error_message = "scope is CLOUDFRONT or REGIONAL."
  }
}

variable "resource_arns" {
  description = "Load balancers that the web ACL guards, by a key of the caller's choice. A distribution names its web ACL itself."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = var.scope == "REGIONAL" || length(var.resource_arns) == 0
    error_message = "resource_arns is for the scope REGIONAL: a distribution names its web ACL itself."
  }
}

variable "default_action" {
  description = "What happens to a request that no rule decides: allow, or block for an environment that only allow_addresses may reach."
  type        = string
  default     = "allow"
  nullable    = false

  validation {
    condition     = contains(["allow", "block"], var.default_action)
    error_message = "default_action is allow or block."
  }
}

variable "trial" {
  description = "Whether AWS's rule groups only count instead of blocking: for the first days, or after a change."
  type        = bool
  default     = false
  nullable    = false
}

variable "common_rules_counted" {
  description = "Rules of AWS's common group that only count, each with the reason why."
  type        = map(string)
  nullable    = false
  default = {
    CrossSiteScripting_BODY      = "Bodies are JSON that no page shows as HTML; a client_order_id may be any text."
    EC2MetaDataSSRF_BODY         = "The service that calls webhooks refuses inner addresses itself."
    GenericRFI_BODY              = "The address of a webhook is a URL in a body, which the rule takes for an inclusion."
    NoUserAgent_HEADER           = "Programs that trade often send no User-Agent."
    SizeRestrictions_BODY        = "The rule limits here say how large a body may be."
    SizeRestrictions_QUERYSTRING = "Market data is asked for by lists of symbols, far longer than 2,048 bytes."
  }

  validation {
    condition     = alltrue([for reason in values(var.common_rules_counted) : length(trimspace(reason)) >= 20])
    error_message = "Each rule that only counts has its reason, in a sentence."
  }
}

variable "anonymous_addresses" {
  description = "What happens to callers behind VPNs, proxies and Tor: off (not looked at), count or block. Addresses of hosting providers only count, for bots live there."
  type        = string
  default     = "off"
  nullable    = false

  validation {
    condition     = contains(["off", "count", "block"], var.anonymous_addresses)
    error_message = "anonymous_addresses is off, count or block."
  }
}

variable "rate_limit" {
  description = "Requests of one address in a minute; the gateway's own limit by address is 24,000."
  type        = number
  default     = 24000
  nullable    = false

  validation {
    condition     = var.rate_limit >= 10 && var.rate_limit <= 2000000000
    error_message = "rate_limit is between 10 and 2,000,000,000."
  }
}

variable "sign_in_limit" {
  description = "Attempts to sign in from one address in five minutes."
  type        = number
  default     = 40
  nullable    = false

  validation {
    condition     = var.sign_in_limit >= 10 && var.sign_in_limit <= 1000
    error_message = "sign_in_limit is between 10 and 1,000."
  }
}

variable "hosts_limited_elsewhere" {
  description = "Names whose calls come through CloudFront and are counted there: at the load balancer their address is CloudFront's."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = var.scope == "REGIONAL" || length(var.hosts_limited_elsewhere) == 0
    error_message = "hosts_limited_elsewhere is for the scope REGIONAL: CloudFront is where they are counted."
  }
}

variable "allow_addresses" {
  description = "Networks (CIDR, IPv4 and IPv6) that pass without any other rule."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.allow_addresses : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "allow_addresses holds networks such as 192.0.2.0/24 or 2001:db8::/32, and never all addresses."
  }
}

variable "block_addresses" {
  description = "Networks (CIDR, IPv4 and IPv6) that are refused."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.block_addresses : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "block_addresses holds networks such as 192.0.2.0/24 or 2001:db8::/32, and never all addresses."
  }
}

variable "block_countries" {
  description = "Countries (ISO 3166-1, two letters) that are refused."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for country in var.block_countries : can(regex("^[A-Z]{2}$", country))])
    error_message = "block_countries holds codes of two capital letters."
  }
}

variable "body_bytes_max" {
  description = "Largest body in bytes. A load balancer shows the web ACL 8,192 bytes, CloudFront up to 65,536 (from 16,385 on for a charge); what is longer cannot be looked at and is refused."
  type        = number
  default     = 8192
  nullable    = false

  validation {
    condition     = contains([8192, 16384, 32768, 49152, 65536], var.body_bytes_max)
    error_message = "body_bytes_max is 8192, 16384, 32768, 49152 or 65536."
  }
  validation {
    condition     = var.scope == "CLOUDFRONT" || var.body_bytes_max == 8192
    error_message = "A load balancer shows the web ACL 8,192 bytes of a body."
  }
}

variable "log_days" {
  description = "Days that logs of refused requests are kept."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_days)
    error_message = "log_days is a retention that CloudWatch knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731."
  }
}

variable "logs_every_request" {
  description = "Whether requests that passed are logged, too; otherwise those that a rule blocked or counted."
  type        = bool
  default     = false
  nullable    = false
}
