variable "region" {
  description = "AWS region of the state and of the images."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be an AWS region such as eu-central-1."
  }
}

variable "project" {
  description = "What the names of everything begin with."
  type        = string
  default     = "tradewind"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.project))
    error_message = "project must be 3 to 20 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "repository" {
  description = "The GitHub repository whose workflows deploy, as owner/name."
  type        = string
}

variable "environments" {
  description = "The environments that live in this account. Keep production in an account of its own, with its own bootstrap."
  type        = set(string)
  default     = ["staging", "production"]
  nullable    = false
}

variable "default_branch" {
  description = "The branch whose nightly workflow looks for drift, with the role that plans."
  type        = string
  default     = "main"
  nullable    = false
}

variable "release_refs" {
  description = "Git refs whose workflows may push images; name refs/heads/main beside the tags to deploy main to staging. A * stands for any text."
  type        = set(string)
  default     = ["refs/tags/v*"]
  nullable    = false
}

variable "github_provider_arn" {
  description = "ARN of the account's OIDC provider for GitHub if there is one already; an account can have only one."
  type        = string
  default     = null
}

variable "old_states_days" {
  description = "How long replaced versions of a state are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.old_states_days >= 30
    error_message = "old_states_days must be at least 30: a state that was destroyed by mistake is not always missed at once."
  }
}
