variable "name" {
  description = "Project and environment, for example tradewind-staging: every name begins with it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)+$", var.name)) && length(var.name) <= 40
    error_message = "The name should be a project and an environment in lower case, such as tradewind-staging, of 40 characters at most."
  }
}

variable "tags_backed_up" {
  description = "Databases and volumes that carry all of these tags are backed up."
  type        = map(string)

  validation {
    condition     = length(var.tags_backed_up) > 0
    error_message = "Without a tag everything in the account would be backed up, also what is not ours."
  }
}

variable "daily_retention_days" {
  description = "Days that daily backups are kept."
  type        = number
  default     = 35
}

variable "weekly_retention_days" {
  description = "Days that weekly backups are kept."
  type        = number
  default     = 120
}

variable "monthly_retention_days" {
  description = "Days that monthly backups are kept; records of trading are asked for years later."
  type        = number
  default     = 2557

  validation {
    condition     = var.monthly_retention_days > var.weekly_retention_days && var.weekly_retention_days > var.daily_retention_days
    error_message = "Monthly backups should be kept for longer than weekly ones, and those for longer than daily ones."
  }
}

variable "copy_retention_days" {
  description = "Days that the copies in the second region are kept."
  type        = number
  default     = 35

  validation {
    condition     = var.copy_retention_days >= var.lock_days_min
    error_message = "Copies have to be kept for as long as the lock says at the least."
  }
}

variable "lock_days_min" {
  description = "Days for which nobody can delete a backup, whatever rights they have."
  type        = number
  default     = 7

  validation {
    condition     = var.lock_days_min >= 1 && var.daily_retention_days >= var.lock_days_min
    error_message = "The lock holds for a day or more, and for no longer than daily backups are kept."
  }
}

variable "lock_grace_days" {
  description = "Days after which nobody, not even AWS, can take the lock away again; null leaves that to administrators."
  type        = number
  default     = null

  validation {
    condition     = var.lock_grace_days == null || coalesce(var.lock_grace_days, 0) >= 3
    error_message = "AWS asks for three days or more in which the lock can still be taken away."
  }
}

variable "event_topic_arn" {
  description = "SNS topic that hears of backups, copies and restores that failed; null tells nobody."
  type        = string
  default     = null
}

variable "restore_test" {
  description = "How the newest backup of the database is restored every week to see that it can be; null does not try."
  type = object({
    subnet_group_name  = string
    security_group_ids = list(string)
    instance_class     = optional(string, "db.t4g.medium")
  })
  default = null
}
