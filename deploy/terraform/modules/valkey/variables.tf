variable "name" {
  description = "Project and environment, for example tradewind-staging: every name begins with it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)+$", var.name)) && length(var.name) <= 34
    error_message = "The name should be a project and an environment in lower case, such as tradewind-staging, of 34 characters at most."
  }
}

variable "subnet_ids" {
  description = "Subnets without a way to the internet, in two zones or more."
  type        = list(string)

  validation {
    condition     = length(distinct(var.subnet_ids)) >= 2
    error_message = "A standby in another zone needs subnets in two zones or more."
  }
}

variable "security_group_ids" {
  description = "Security groups of Valkey: who may connect is said there."
  type        = list(string)

  validation {
    condition     = length(var.security_group_ids) > 0
    error_message = "Without a security group of its own Valkey gets the VPC's default one."
  }
}

variable "engine_version" {
  description = "Version of Valkey."
  type        = string
  default     = "8.1"

  validation {
    condition     = can(regex("^([89]|[1-9][0-9])[.][0-9]+$", var.engine_version))
    error_message = "The version should be Valkey 8.0 or newer, such as 8.1."
  }
}

variable "node_type" {
  description = "Type of each node; what Valkey carries is small and may be lost."
  type        = string
  default     = "cache.t4g.small"

  validation {
    condition     = can(regex("^cache[.][a-z0-9]+[.][a-z0-9]+$", var.node_type))
    error_message = "A node type looks like cache.t4g.small."
  }
}

variable "nodes" {
  description = "Nodes: one leads, the others, each in another zone, take over by themselves."
  type        = number
  default     = 2

  validation {
    condition     = var.nodes >= 1 && var.nodes <= 6 && floor(var.nodes) == var.nodes
    error_message = "There can be 1 to 6 nodes; one alone has nobody to take over."
  }
}

variable "access_string" {
  description = "What the services' user may do: the counters of rate limits, and the topics of the bus."
  type        = string
  default     = "on ~LIMITS* &feed.* &tradewind.* -@all +@connection +@pubsub +@read +@write +@scripting -@dangerous"

  validation {
    condition     = startswith(var.access_string, "on ") && !strcontains(var.access_string, "+@all") && !strcontains(var.access_string, "nopass") && !strcontains(var.access_string, ">")
    error_message = "The user should be on, without every command and without a password in the string."
  }
}

variable "snapshot_retention_days" {
  description = "Days that snapshots are kept; 0 makes none, for nothing in Valkey is worth one by itself."
  type        = number
  default     = 0

  validation {
    condition     = var.snapshot_retention_days >= 0 && var.snapshot_retention_days <= 35
    error_message = "Snapshots are kept for 0 to 35 days."
  }
}

variable "snapshot_window" {
  description = "Daily window of the snapshot, in UTC."
  type        = string
  default     = "06:00-07:00"
}

variable "maintenance_window" {
  description = "Weekly window of upgrades, in UTC; when exchanges are closed."
  type        = string
  default     = "sun:09:00-sun:10:00"

  validation {
    condition     = can(regex("^(mon|tue|wed|thu|fri|sat|sun):[0-2][0-9]:[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):[0-2][0-9]:[0-5][0-9]$", var.maintenance_window))
    error_message = "A window looks like sun:09:00-sun:10:00, in UTC."
  }
}

variable "apply_immediately" {
  description = "Whether changes happen at once instead of in the maintenance window."
  type        = bool
  default     = false
}

variable "log_retention_days" {
  description = "Days that the logs are kept in CloudWatch."
  type        = number
  default     = 365

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "Take one of CloudWatch's retentions of 30 days or more, such as 90 or 365."
  }
}

variable "event_topic_arn" {
  description = "SNS topic that hears of failovers and failures; null tells nobody."
  type        = string
  default     = null
}
