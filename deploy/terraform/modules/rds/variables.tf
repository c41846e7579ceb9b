variable "name" {
  description = "Project and environment, for example tradewind-staging: every name begins with it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)+$", var.name)) && length(var.name) <= 40
    error_message = "The name should be a project and an environment in lower case, such as tradewind-staging, of 40 characters at most."
  }
}

variable "subnet_ids" {
  description = "Database subnets, in two zones or more; without a way to the internet."
  type        = list(string)

  validation {
    condition     = length(distinct(var.subnet_ids)) >= 2
    error_message = "A database that survives its zone needs subnets in two zones or more."
  }
}

variable "security_group_ids" {
  description = "Security groups of the database: who may connect is said there."
  type        = list(string)

  validation {
    condition     = length(var.security_group_ids) > 0
    error_message = "Without a security group of its own the database gets the VPC's default one."
  }
}

variable "engine_version" {
  description = "Version of PostgreSQL: a major one follows its minor ones by itself."
  type        = string
  default     = "18"

  validation {
    condition     = can(regex("^(1[6-9]|2[0-9])([.][0-9]+)?$", var.engine_version))
    error_message = "The version should be PostgreSQL 16 or newer, such as 18 or 18.1: older ones share roles in another way."
  }
}

variable "instance_class" {
  description = "Class of the instance; Graviton classes cost less for the same work."
  type        = string
  default     = "db.m7g.large"

  validation {
    condition     = can(regex("^db[.][a-z0-9]+[.][a-z0-9]+$", var.instance_class))
    error_message = "An instance class looks like db.m7g.large."
  }
}

variable "storage_gib" {
  description = "Storage at first, in GiB."
  type        = number
  default     = 100

  validation {
    condition     = var.storage_gib >= 20 && var.storage_gib <= 65536 && floor(var.storage_gib) == var.storage_gib
    error_message = "gp3 storage has 20 to 65536 GiB."
  }
}

variable "storage_gib_max" {
  description = "Storage up to which it grows by itself, in GiB."
  type        = number
  default     = 1000

  validation {
    # RDS itself asks for a tenth more than there is at first.
    condition     = var.storage_gib_max >= var.storage_gib * 1.1 && var.storage_gib_max <= 65536
    error_message = "Storage should be able to grow by a tenth at the least: a journal never shrinks, and a full disk stops trading."
  }
}

variable "storage_iops" {
  description = "Provisioned operations a second; null takes what gp3 has at its size. Only from 400 GiB on."
  type        = number
  default     = null

  validation {
    condition     = var.storage_iops == null || (var.storage_gib >= 400 && coalesce(var.storage_iops, 0) >= 12000)
    error_message = "PostgreSQL on gp3 takes provisioned operations from 400 GiB on, 12000 at the least."
  }
}

variable "storage_throughput_mibps" {
  description = "Provisioned throughput in MiB a second; null takes what gp3 has at its size."
  type        = number
  default     = null

  validation {
    condition     = var.storage_throughput_mibps == null || (var.storage_gib >= 400 && coalesce(var.storage_throughput_mibps, 0) >= 500)
    error_message = "PostgreSQL on gp3 takes provisioned throughput from 400 GiB on, 500 MiB a second at the least."
  }
}

variable "multi_az" {
  description = "Whether a standby in another zone takes over by itself."
  type        = bool
  default     = true
}

variable "database_name" {
  description = "Database that the services share, a schema for each of them."
  type        = string
  default     = "tradewind"

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database_name))
    error_message = "The database's name should be a plain lower-case SQL name."
  }
}

variable "owner_name" {
  description = "Master user: it migrates the schemas and makes the services' users, and no service signs in as it."
  type        = string
  default     = "tradewind"

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.owner_name)) && !contains(["admin", "postgres", "rdsadmin", "public"], var.owner_name)
    error_message = "The owner should be a plain lower-case SQL name that RDS does not keep for itself."
  }
}

variable "backup_retention_days" {
  description = "Days that point-in-time recovery reaches back."
  type        = number
  default     = 14

  validation {
    condition     = var.backup_retention_days >= 1 && var.backup_retention_days <= 35
    error_message = "Automated backups are kept for 1 to 35 days; without them there is no point-in-time recovery."
  }
}

variable "replica_backup_retention_days" {
  description = "Days that automated backups are kept in the second region as well; 0 keeps none there."
  type        = number
  default     = 0

  validation {
    condition     = var.replica_backup_retention_days >= 0 && var.replica_backup_retention_days <= 35
    error_message = "Automated backups are kept for up to 35 days in the second region."
  }
}

variable "backup_window" {
  description = "Daily window of the backup, in UTC; outside the American trading day."
  type        = string
  default     = "06:00-06:45"

  validation {
    condition     = can(regex("^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$", var.backup_window))
    error_message = "A window looks like 06:00-06:45, in UTC."
  }
}

variable "maintenance_window" {
  description = "Weekly window of upgrades, in UTC; when exchanges are closed, and not in the backup's."
  type        = string
  default     = "sun:08:00-sun:09:00"

  validation {
    condition     = can(regex("^(mon|tue|wed|thu|fri|sat|sun):[0-2][0-9]:[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):[0-2][0-9]:[0-5][0-9]$", var.maintenance_window))
    error_message = "A window looks like sun:08:00-sun:09:00, in UTC."
  }
}

variable "deletion_protection" {
  description = "Whether the database refuses to be deleted."
  type        = bool
  default     = true
}

variable "skip_final_snapshot" {
  description = "Whether nothing is kept when the database is deleted: only for what can be lost."
  type        = bool
  default     = false

  validation {
    condition     = !var.skip_final_snapshot || !var.deletion_protection
    error_message = "A database that is protected from deletion keeps a last snapshot too."
  }
}

variable "apply_immediately" {
  description = "Whether changes happen at once instead of in the maintenance window."
  type        = bool
  default     = false
}

variable "ca_certificate" {
  description = "Authority that signs the server's certificate; clients verify it with AWS's bundle."
  type        = string
  default     = "rds-ca-rsa2048-g1"
}

variable "insights_mode" {
  description = "Database Insights: standard keeps 7 days, advanced 465 with more detail at a price."
  type        = string
  default     = "standard"

  validation {
    condition     = contains(["standard", "advanced"], var.insights_mode)
    error_message = "Database Insights is standard or advanced."
  }
}

variable "monitoring_interval_s" {
  description = "Seconds between two figures of enhanced monitoring."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 5, 10, 15, 30, 60], var.monitoring_interval_s)
    error_message = "Enhanced monitoring takes 1, 5, 10, 15, 30 or 60 seconds."
  }
}

variable "log_retention_days" {
  description = "Days that the server's log is kept in CloudWatch."
  type        = number
  default     = 365

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "Take one of CloudWatch's retentions of 30 days or more, such as 90 or 365."
  }
}

variable "read_replicas" {
  description = "Replicas that only answer questions."
  type        = number
  default     = 0

  validation {
    condition     = var.read_replicas >= 0 && var.read_replicas <= 5 && floor(var.read_replicas) == var.read_replicas
    error_message = "There can be 0 to 5 read replicas."
  }
}

variable "read_replica_instance_class" {
  description = "Class of the replicas; null takes the database's own."
  type        = string
  default     = null
}

variable "event_topic_arn" {
  description = "SNS topic that hears of failovers, failures and low storage; null tells nobody."
  type        = string
  default     = null
}
