variable "project" {
  description = "What the names of all environments begin with."
  type        = string
  default     = "tradewind"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,14}$", var.project))
    error_message = "project is 2 to 15 lower-case letters and digits, and begins with a letter."
  }
}

variable "environment" {
  description = "Which environment this is: staging may lose its data, production may not."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment is staging or production."
  }
}

variable "size" {
  description = "How much of everything there is: small, medium or large; docs/guide/aws.md has their prices."
  type        = string
  default     = "small"
  nullable    = false

  validation {
    condition     = contains(["small", "medium", "large"], var.size)
    error_message = "size is small, medium or large."
  }
}

variable "network" {
  description = "Addresses of the network; its three zones, empty for the first of the region; one way to the internet for all zones (cheap, lost with its zone) or one per_zone; networks that reach the load balancer beside CloudFront, such as those of trading programs that need no CDN."
  type = object({
    cidr                = optional(string, "10.0.0.0/16")
    zones               = optional(list(string), [])
    nat                 = optional(string, "per_zone")
    load_balancer_cidrs = optional(set(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.environment != "production" || var.network.nat == "per_zone"
    error_message = "Production needs network.nat = \"per_zone\": with one, a zone that fails takes the way to brokers with it."
  }
}

variable "domain" {
  description = "Domain of the platform: the terminal is at app.<name>. zone is the hosted zone it lies in, the domain itself by default; create_zone makes that zone, which otherwise must exist."
  type = object({
    name        = string
    zone        = optional(string)
    create_zone = optional(bool, false)
    dnssec      = optional(bool, false)
  })
  nullable = false
}

variable "database" {
  description = "PostgreSQL: whether it has a standby in another zone, is protected from deletion and keeps a last snapshot; days that point-in-time recovery reaches back here and in the second region; replicas that only answer questions; class and storage, null for what the size has."
  type = object({
    multi_az                      = optional(bool, true)
    deletion_protection           = optional(bool, true)
    skip_final_snapshot           = optional(bool, false)
    backup_retention_days         = optional(number, 14)
    replica_backup_retention_days = optional(number, 14)
    read_replicas                 = optional(number, 0)
    instance_class                = optional(string)
    storage_gib                   = optional(number)
    storage_gib_max               = optional(number)
    apply_immediately             = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.environment != "production" || (var.database.deletion_protection && !var.database.skip_final_snapshot)
    error_message = "Production keeps database.deletion_protection on and database.skip_final_snapshot off: its journal is the only copy of what people own."
  }
  validation {
    condition     = var.environment != "production" || var.database.multi_az
    error_message = "Production keeps database.multi_az on: trading stops while a lone database is restored."
  }
  validation {
    condition     = var.environment != "production" || (var.database.backup_retention_days >= 14 && var.database.replica_backup_retention_days >= 7)
    error_message = "Production keeps backups for 14 days or more, and for 7 or more in the second region: a mistake is often found late."
  }
}

variable "valkey" {
  description = "Valkey: class and number of its nodes, null for what the size has."
  type = object({
    node_type = optional(string)
    nodes     = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.environment != "production" || coalesce(var.valkey.nodes, 2) >= 2
    error_message = "Production needs two nodes of Valkey or more: a lone one has nobody to take over."
  }
}

variable "images" {
  description = "Whether the repositories of the images are made here (one environment of an account and region does it; the others take theirs from there), what their names begin with, and whether images are copied to the second region."
  type = object({
    create    = optional(bool, true)
    prefix    = optional(string, "tradewind")
    replicate = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "log_retention_days" {
  description = "Days that logs are kept in CloudWatch."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.environment != "production" || var.log_retention_days >= 365
    error_message = "Production keeps logs for a year or more: who asks what happened asks late."
  }
}

variable "cluster" {
  description = "Kubernetes: its version; networks that reach its API from the internet, none for the inside alone; ARNs of who administers it, deploys to it and looks at it; versions of add-ons; node groups, null for those of the size."
  type = object({
    kubernetes_version  = optional(string, "1.36")
    public_access_cidrs = optional(set(string), [])
    administrators      = set(string)
    deployers           = optional(set(string), [])
    viewers             = optional(set(string), [])
    addon_versions      = optional(map(string), {})
    node_groups = optional(map(object({
      instance_types = list(string)
      capacity_type  = optional(string, "ON_DEMAND")
      architecture   = optional(string, "arm64")
      min_size       = number
      max_size       = number
      volume_gib     = optional(number, 50)
      dedicated      = optional(bool, false)
    })))
  })
  nullable = false
}

variable "first_values" {
  description = "First password of each service with tables, by its name, and the first identity keys, with commas, as identity-key. In no plan and no state: rotation changes them."
  type        = map(string)
  ephemeral   = true
}

variable "secret_recovery_days" {
  description = "Days that a deleted secret can be brought back; 0 deletes at once, so that an environment can be made again under its name."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.environment != "production" || var.secret_recovery_days >= 7
    error_message = "Production keeps deleted secrets for 7 days or more."
  }
}

variable "firewall" {
  description = "The web ACLs: allow what no rule decides, or block it for an environment that only allow_addresses may reach; whether AWS's rules only count, for the first days; networks and countries let in or kept out; requests of one address in a minute."
  type = object({
    default_action  = optional(string, "allow")
    trial           = optional(bool, false)
    allow_addresses = optional(set(string), [])
    block_addresses = optional(set(string), [])
    block_countries = optional(set(string), [])
    rate_limit      = optional(number, 24000)
  })
  default  = {}
  nullable = false
}

variable "alarms" {
  description = "Who is told: page for what wakes somebody, warn for what waits until the morning (e-mail addresses, or https addresses of a paging service); what a month may cost in US dollars; from which sum unusual cost is told, and whether GuardDuty watches (an account has each of these two once: one environment asks for it)."
  type = object({
    page             = set(string)
    warn             = optional(set(string), [])
    budget_usd       = optional(number)
    cost_anomaly_usd = optional(number)
    guardduty        = optional(bool, false)
  })
  nullable = false
}
