variable "name" {
  description = "What every name begins with, for example tradewind."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 32 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "repository" {
  description = "The GitHub repository whose workflows may take the roles, as owner/name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository must be owner/name, without wildcards."
  }
}

variable "environments" {
  description = "GitHub environments that deploy; each gets a role of its own. Protect them with reviewers."
  type        = set(string)
  default     = ["staging", "production"]
  nullable    = false

  validation {
    condition     = length(var.environments) > 0 && alltrue([for name in var.environments : can(regex("^[a-z][a-z0-9-]{1,20}$", name))])
    error_message = "environments must name at least one environment, in lower-case letters, digits and hyphens."
  }
}

variable "default_branch" {
  description = "The branch whose nightly workflow looks for drift, with the role that plans."
  type        = string
  default     = "main"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", var.default_branch))
    error_message = "default_branch must be the name of one branch, without wildcards."
  }
}

variable "release_refs" {
  description = "Git refs whose workflows may push images. A * stands for any text."
  type        = set(string)
  default     = ["refs/tags/v*"]
  nullable    = false

  validation {
    condition     = alltrue([for ref in var.release_refs : can(regex("^refs/(heads|tags)/[A-Za-z0-9]", ref))])
    error_message = "release_refs must begin with refs/heads/ or refs/tags/ and a letter or digit, so that not every branch may push."
  }
}

variable "image_repository_prefix" {
  description = "The ECR repositories that releases push to all begin with this and a slash."
  type        = string
  default     = "tradewind"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.image_repository_prefix))
    error_message = "image_repository_prefix must be lower-case letters, digits and hyphens."
  }
}

variable "state_bucket_arn" {
  description = "ARN of the bucket that holds Terraform's state."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:s3:::[a-z0-9.-]+$", var.state_bucket_arn))
    error_message = "state_bucket_arn must be the ARN of a bucket."
  }
}

variable "state_key_arn" {
  description = "ARN of the KMS key that encrypts Terraform's state."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:", var.state_key_arn))
    error_message = "state_key_arn must be the ARN of a KMS key."
  }
}

variable "provider_arn" {
  description = "ARN of the account's OIDC provider for GitHub if there is one already; an account can have only one."
  type        = string
  default     = null
}
