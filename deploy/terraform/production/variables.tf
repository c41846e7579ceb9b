variable "region" {
  description = "AWS region of the environment."
  type        = string
}

variable "replica_region" {
  description = "Second region, where copies of backups and images are kept."
  type        = string

  validation {
    condition     = var.replica_region != var.region
    error_message = "replica_region is another one than region: what fails with the region fails with its copies."
  }
}

variable "repository" {
  description = "Where the code is, as owner/name: a tag on everything."
  type        = string
}

variable "project" {
  description = "What the names of all environments begin with."
  type        = string
  default     = "tradewind"
  nullable    = false
}

variable "size" {
  description = "How much of everything there is: small, medium or large; docs/guide/aws.md has their prices."
  type        = string
  default     = "medium"
  nullable    = false
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
}

variable "valkey" {
  description = "Valkey: class and number of its nodes, null for what the size has."
  type = object({
    node_type = optional(string)
    nodes     = optional(number)
  })
  default  = {}
  nullable = false
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

variable "secret_recovery_days" {
  description = "Days that a deleted secret can be brought back; 0 deletes at once, so that an environment can be made again under its name."
  type        = number
  default     = 30
  nullable    = false
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
