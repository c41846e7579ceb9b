variable "name" {
  description = "Project and environment, for example tradewind-staging: every name begins with it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)+$", var.name)) && length(var.name) <= 40
    error_message = "The name should be a project and an environment in lower case, such as tradewind-staging, of 40 characters at most."
  }
}

variable "database" {
  description = "Where PostgreSQL is: the services' secrets say it, beside user and password."
  type = object({
    host       = string
    port       = optional(number, 5432)
    name       = optional(string, "tradewind")
    identifier = string
  })
}

variable "database_users" {
  description = "User of each service that has tables, as `tradewind database users` names them."
  type        = map(string)
  default = {
    account-service      = "tradewind_account_service"
    order-service        = "tradewind_order_service"
    market-data-service  = "tradewind_market_data_service"
    portfolio-service    = "tradewind_portfolio_service"
    notification-service = "tradewind_notification_service"
  }

  validation {
    condition     = length(var.database_users) > 0 && length(distinct(values(var.database_users))) == length(var.database_users)
    error_message = "Each service should have a user of its own."
  }
  validation {
    condition     = alltrue([for user in values(var.database_users) : can(regex("^[a-z][a-z0-9_]{0,62}$", user)) && user != "postgres"])
    error_message = "Users should be plain lower-case SQL names, and none of them PostgreSQL's own."
  }
}

variable "first_values" {
  description = "First password of each service with tables, by its name, and the first identity keys, with commas, as identity-key. In no plan and no state."
  type        = map(string)
  ephemeral   = true

  validation {
    condition     = alltrue([for value in values(var.first_values) : length(value) >= 32])
    error_message = "A first value has fewer than 32 characters."
  }
  validation {
    condition     = alltrue([for key in concat(keys(var.database_users), ["identity-key"]) : contains(keys(var.first_values), key)])
    error_message = "Every service with tables needs a first password, and the platform its identity keys."
  }
}

variable "database_secret_version" {
  description = "Raise it to write host and new passwords into the database secrets, after a restore for example; then run `tradewind database users --set-passwords`."
  type        = number
  default     = 1

  validation {
    condition     = var.database_secret_version >= 1 && floor(var.database_secret_version) == var.database_secret_version
    error_message = "The version is a whole number from 1 on."
  }
}

variable "database_owner_secret_arn" {
  description = "Secret of the database's owner, which RDS keeps and rotates: migrations need it."
  type        = string
}

variable "database_owner_key_arn" {
  description = "KMS key of that secret."
  type        = string
}

variable "valkey" {
  description = "Valkey's user, whose password is made and rotated here."
  type        = object({ user_name = string, user_arn = string })
}

variable "shared_readers" {
  description = "Services that read the secrets that they share: Valkey's, and the identity key."
  type        = object({ valkey = set(string), identity_key = set(string) })
  default = {
    valkey       = ["api-gateway", "order-service", "market-data-service", "notification-service"]
    identity_key = ["api-gateway", "account-service", "order-service", "market-data-service", "portfolio-service", "notification-service"]
  }
}

variable "filled_by_hand" {
  description = "Secrets that are made empty, with the services that read them: what somebody else issues."
  type        = map(set(string))
  default = {
    brokers = ["order-service"]
    sentry  = ["api-gateway", "account-service", "order-service", "market-data-service", "portfolio-service", "notification-service"]
    smtp    = ["notification-service"]
  }

  validation {
    condition     = alltrue([for key in keys(var.filled_by_hand) : can(regex("^[a-z][a-z0-9-]*$", key)) && !contains(["valkey", "identity-key", "database"], key)])
    error_message = "A secret's name is in lower case, and valkey, identity-key and database are taken."
  }
}

variable "reader_arn_patterns" {
  description = "Who may read values, by secret, as patterns of principals; where none is given the account's policies decide alone. Who runs Terraform must be among them, for it reads each value when it refreshes."
  type        = map(list(string))
  default     = {}
}

variable "rotation_days" {
  description = "Days between two rotations. Services must read the identity key anew in less than that."
  type        = number
  default     = 30

  validation {
    condition     = var.rotation_days >= 2 && var.rotation_days <= 90 && floor(var.rotation_days) == var.rotation_days
    error_message = "Secrets are changed every 2 to 90 days."
  }
}

variable "rotate_database_users" {
  description = "Whether the database users' passwords are rotated: by AWS's own function, unless another is named."
  type        = bool
  default     = true
}

variable "database_rotation_function_arn" {
  description = "Function that rotates PostgreSQL users; null takes AWS's from the serverless application repository."
  type        = string
  default     = null
}

variable "rotation_subnet_ids" {
  description = "Subnets in which AWS's function runs: private ones that reach the database and Secrets Manager."
  type        = list(string)
  default     = []

  validation {
    condition     = !var.rotate_database_users || var.database_rotation_function_arn != null || length(var.rotation_subnet_ids) > 0
    error_message = "AWS's function has to run in subnets that reach the database."
  }
}

variable "rotation_security_group_ids" {
  description = "Security groups of AWS's function: the database's must let one of them in."
  type        = list(string)
  default     = []

  validation {
    condition     = !var.rotate_database_users || var.database_rotation_function_arn != null || length(var.rotation_security_group_ids) > 0
    error_message = "AWS's function needs a security group that the database lets in."
  }
}

variable "recovery_days" {
  description = "Days that a deleted secret can be brought back; 0 deletes at once."
  type        = number
  default     = 30

  validation {
    condition     = var.recovery_days == 0 || (var.recovery_days >= 7 && var.recovery_days <= 30)
    error_message = "A deleted secret is kept for 7 to 30 days, or not at all."
  }
}

variable "log_retention_days" {
  description = "Days that the rotation function's log is kept."
  type        = number
  default     = 365

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "Take one of CloudWatch's retentions of 30 days or more, such as 90 or 365."
  }
}
