variable "name" {
  description = "Name of what owns the repositories, such as tradewind-staging: the start of the key's alias."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 32 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "repository_prefix" {
  description = "What stands before each image's name: <prefix>/<image>."
  type        = string
  default     = "tradewind"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]+(?:[._/-][a-z0-9]+)*$", var.repository_prefix))
    error_message = "repository_prefix is lower-case words joined by dots, hyphens, underscores or slashes."
  }
}

variable "images" {
  description = "The images; each gets a repository."
  type        = set(string)
  nullable    = false
  default = [
    "account-service",
    "api-gateway",
    "market-data-service",
    "notification-service",
    "order-service",
    "order-service-live",
    "portfolio-service",
    "web-ui",
  ]

  validation {
    condition     = length(var.images) > 0
    error_message = "images names at least one image."
  }
}

variable "charts" {
  description = "The Helm charts; each gets a repository behind <prefix>/charts/."
  type        = set(string)
  nullable    = false
  default = [
    "account-service",
    "api-gateway",
    "market-data-service",
    "notification-service",
    "order-service",
    "portfolio-service",
    "tradewind",
    "web-ui",
  ]
}

variable "pull_role_arns" {
  description = "Roles that may pull: those of the cluster's nodes."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.pull_role_arns : can(regex("^arn:[^:]+:iam::[0-9]{12}:role/", arn))])
    error_message = "pull_role_arns holds ARNs of IAM roles."
  }
}

variable "push_role_arns" {
  description = "Roles that may push and pull: the one that builds images."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.push_role_arns : can(regex("^arn:[^:]+:iam::[0-9]{12}:role/", arn))])
    error_message = "push_role_arns holds ARNs of IAM roles."
  }
}

variable "released_tag_patterns" {
  description = "Tags that mark a release; of these released_images_kept stay."
  type        = list(string)
  default     = ["*.*.*"]
  nullable    = false

  validation {
    condition     = length(var.released_tag_patterns) > 0 && !contains(var.released_tag_patterns, "*")
    error_message = "released_tag_patterns holds at least one pattern, and none that matches every tag."
  }
}

variable "released_images_kept" {
  description = "How many released images of each repository stay; older ones are removed."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.released_images_kept >= 5
    error_message = "released_images_kept is at least 5: a rollback needs images to go back to."
  }
}

variable "untagged_days" {
  description = "Days after which an image without a tag is removed."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.untagged_days >= 1
    error_message = "untagged_days is at least 1."
  }
}

variable "build_days" {
  description = "Days after which what was built between two releases is removed."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.build_days >= 7
    error_message = "build_days is at least 7: what runs in staging must not vanish in a week."
  }
}

variable "manages_registry" {
  description = "Whether this call sets what an account has once in a region: scanning and replication. One call for each account and region may."
  type        = bool
  default     = true
  nullable    = false
}

variable "enhanced_scanning" {
  description = "Whether Amazon Inspector scans images continuously (priced by image) instead of once at push."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.enhanced_scanning || var.manages_registry
    error_message = "enhanced_scanning is a setting of the registry: it needs manages_registry."
  }
}

variable "replica_region" {
  description = "Region that gets a copy of every image, that of the provider aws.replica; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.replica_region == null || var.manages_registry
    error_message = "replica_region is a setting of the registry: it needs manages_registry."
  }
}

variable "force_delete" {
  description = "Whether destroying also removes repositories that hold images."
  type        = bool
  default     = false
  nullable    = false
}
