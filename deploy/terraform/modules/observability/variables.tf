variable "name" {
  description = "Name of the environment, such as tradewind-staging."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 32 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "subscribers" {
  description = "Who is told: page for what wakes somebody, warn for what waits until the morning. E-mail addresses (each is asked to confirm) or https addresses of a paging service."
  type = object({
    page = set(string)
    warn = set(string)
  })
  nullable = false

  validation {
    condition     = length(var.subscribers.page) > 0
    error_message = "subscribers.page names somebody: an alarm that nobody hears is none."
  }
  validation {
    condition = alltrue([
      for to in setunion(var.subscribers.page, var.subscribers.warn) : can(regex("^(https://\\S+|[^@\\s]+@[^@\\s]+\\.[^@\\s]+)$", to))
    ])
    error_message = "subscribers are e-mail addresses or https addresses."
  }
}

variable "log_groups" {
  description = "Log groups of the application, by the last part of their name, each with the days that it keeps."
  type        = map(number)
  default     = { services = 90 }
  nullable    = false

  validation {
    condition     = alltrue([for days in values(var.log_groups) : contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], days)])
    error_message = "Each number of days is a retention that CloudWatch knows, such as 30, 90 or 365; never without end."
  }
}

variable "databases" {
  description = "PostgreSQL instances by a key of the caller's choice: identifier, storage and largest number of connections. is_replica says that lag is watched."
  type = map(object({
    identifier      = string
    storage_gib     = number
    connections_max = number
    is_replica      = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for database in values(var.databases) : database.storage_gib >= 20 && database.connections_max >= 25])
    error_message = "Each database has at least 20 GiB and 25 connections."
  }
}

variable "valkey_cluster_ids" {
  description = "Nodes of Valkey (CacheClusterId) by a key of the caller's choice."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "load_balancers" {
  description = "Load balancers by a key of the caller's choice: the end of their ARN, app/<name>/<id>."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for suffix in values(var.load_balancers) : can(regex("^app/[^/]+/[0-9a-f]+$", suffix))])
    error_message = "Each load balancer is given as app/<name>/<id>, the end of its ARN."
  }
}

variable "latency_s_max" {
  description = "Seconds that the slowest hundredth of requests may take at a load balancer."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.latency_s_max > 0 && var.latency_s_max <= 30
    error_message = "latency_s_max is between 0 and 30, which is when the gateway gives up."
  }
}

variable "distributions" {
  description = "CloudFront distributions (ids) by a key of the caller's choice."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "web_acls" {
  description = "Web ACLs by a key of the caller's choice: name and scope."
  type = map(object({
    name  = string
    scope = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for acl in values(var.web_acls) : contains(["CLOUDFRONT", "REGIONAL"], acl.scope)])
    error_message = "The scope of a web ACL is CLOUDFRONT or REGIONAL."
  }
}

variable "blocked_requests_max" {
  description = "Requests that a web ACL may block in five minutes before somebody is told."
  type        = number
  default     = 2000
  nullable    = false

  validation {
    condition     = var.blocked_requests_max >= 1
    error_message = "blocked_requests_max is at least 1."
  }
}

variable "cluster_names" {
  description = "EKS clusters by a key of the caller's choice, with the add-on amazon-cloudwatch-observability, whose metrics tell of nodes."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "nat_gateway_ids" {
  description = "NAT gateways by a key of the caller's choice."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "certificates" {
  description = "Certificates of the region by a key of the caller's choice."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "edge_certificates" {
  description = "Certificates of us-east-1 by a key of the caller's choice."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "backups" {
  description = "Whether failed backups of AWS Backup are told."
  type        = bool
  default     = true
  nullable    = false
}

variable "budget_usd" {
  description = "What the account may cost in a month, in US dollars; told at 80 and 100 percent, and when the forecast passes it. Null for no budget."
  type        = number
  default     = null

  validation {
    condition     = var.budget_usd == null || try(var.budget_usd > 0, false)
    error_message = "budget_usd is more than 0."
  }
}

variable "cost_anomaly_usd" {
  description = "Unusual cost, in US dollars, from which AWS's anomaly detection tells; null for none. An account has one monitor of this kind: one environment asks for it."
  type        = number
  default     = null

  validation {
    condition     = var.cost_anomaly_usd == null || try(var.cost_anomaly_usd > 0, false)
    error_message = "cost_anomaly_usd is more than 0."
  }
}

variable "guardduty" {
  description = "Whether GuardDuty watches the account and its findings page. An account has one detector in a region: one environment asks for it."
  type        = bool
  default     = false
  nullable    = false
}
