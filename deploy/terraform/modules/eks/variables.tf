variable "name" {
  description = "Name of the cluster, as <project>-<environment>; what belongs to it begins with it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 32 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "kubernetes_version" {
  description = "Kubernetes version of the control plane and the nodes, in AWS's standard support."
  type        = string
  default     = "1.36"
  nullable    = false

  validation {
    condition     = can(regex("^1\\.(3[5-9]|[4-9][0-9])$", var.kubernetes_version))
    error_message = "kubernetes_version must be 1.35 or newer, without a patch number: older ones are out of standard support."
  }
}

variable "subnet_ids" {
  description = "Private subnets of nodes, pods and the control plane's interfaces, in at least two zones."
  type        = list(string)

  validation {
    condition     = length(distinct(var.subnet_ids)) >= 2
    error_message = "subnet_ids must name subnets of at least two zones."
  }
}

variable "node_security_group_id" {
  description = "Security group of nodes and pods, which the database and Valkey accept from."
  type        = string
}

variable "public_access_cidrs" {
  description = "Networks that reach the Kubernetes API from the internet; none keeps it inside the network."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.public_access_cidrs : can(cidrhost(cidr, 0)) && try(tonumber(split("/", cidr)[1]) >= 8, false)])
    error_message = "public_access_cidrs must be networks of a /8 or smaller: the API of a trading platform is not for everybody."
  }
}

variable "administrators" {
  description = "ARNs of IAM roles or users that administer the cluster. Nobody else does, not even who made it."
  type        = set(string)

  validation {
    condition     = length(var.administrators) > 0 && alltrue([for arn in var.administrators : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "administrators must name at least one IAM role or user by its ARN, or nobody could enter the cluster."
  }
}

variable "deployers" {
  description = "ARNs of IAM roles that may do anything in the platform's namespace, and are in the group tradewind:deployers."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.deployers : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "deployers must be ARNs of IAM roles or users."
  }
}

variable "viewers" {
  description = "ARNs of IAM roles that may read what is in the platform's namespace, but no secret."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.viewers : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "viewers must be ARNs of IAM roles or users."
  }
}

variable "namespace" {
  description = "Kubernetes namespace of the platform."
  type        = string
  default     = "tradewind"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "namespace must be a Kubernetes name."
  }
}

variable "node_groups" {
  description = "Groups of nodes, each labelled tradewind/nodes=<its name>. A dedicated one is tainted, too, so that only pods which tolerate it run there. Sizes in nodes and GiB."
  type = map(object({
    instance_types = list(string)
    capacity_type  = optional(string, "ON_DEMAND")
    architecture   = optional(string, "arm64")
    min_size       = number
    max_size       = number
    volume_gib     = optional(number, 50)
    dedicated      = optional(bool, false)
  }))
  default = {
    # The matching engine and its standby: never interrupted by AWS, never short of a processor.
    core = { instance_types = ["m7g.large"], min_size = 2, max_size = 4, dedicated = true }
    # What must not go away at two minutes' notice, the cluster's own pods among it.
    general = { instance_types = ["m7g.large", "m6g.large"], min_size = 2, max_size = 6 }
    # The rest, where it is cheap.
    spot = { instance_types = ["m7g.large", "m6g.large", "c7g.xlarge", "c6g.xlarge"], capacity_type = "SPOT", min_size = 0, max_size = 10 }
  }
  nullable = false

  validation {
    condition     = alltrue([for group in var.node_groups : contains(["ON_DEMAND", "SPOT"], group.capacity_type) && contains(["arm64", "x86_64"], group.architecture)])
    error_message = "capacity_type must be ON_DEMAND or SPOT, architecture arm64 or x86_64."
  }
  validation {
    condition     = alltrue([for group in var.node_groups : group.min_size >= 0 && group.max_size >= max(1, group.min_size) && group.volume_gib >= 20])
    error_message = "Sizes must be 0 <= min_size <= max_size, with at least one node at most and at least 20 GiB for each."
  }
  validation {
    condition     = try(var.node_groups["core"].capacity_type, "") == "ON_DEMAND" && try(var.node_groups["core"].min_size, 0) >= 1
    error_message = "There must be a group core, on demand, with at least one node: AWS ends spot nodes at two minutes' notice."
  }
  validation {
    condition     = anytrue([for group in var.node_groups : !group.dedicated && group.min_size >= 1])
    error_message = "At least one group must have a node that is not dedicated, or the cluster's own pods run nowhere."
  }
}

variable "services" {
  description = "The secrets that each service reads, as their names in Secrets Manager after <name>/. Each gets a role for its service account, in the platform's namespace."
  type        = map(object({ secrets = list(string) }))
  default = {
    api-gateway          = { secrets = ["identity-key", "valkey"] }
    account-service      = { secrets = ["database/account-service", "identity-key"] }
    order-service        = { secrets = ["database/order-service", "identity-key", "valkey"] }
    market-data-service  = { secrets = ["database/market-data-service", "identity-key", "valkey"] }
    portfolio-service    = { secrets = ["database/portfolio-service", "identity-key"] }
    notification-service = { secrets = ["database/notification-service", "identity-key", "smtp-password", "valkey"] }
    web-ui               = { secrets = [] }
  }
  nullable = false

  validation {
    condition     = alltrue(flatten([for service in var.services : [for secret in service.secrets : can(regex("^[a-z0-9/-]+$", secret))]]))
    error_message = "Secrets must be names without wildcards."
  }
}

variable "secrets_key_arns" {
  description = "ARNs of the KMS keys that encrypt the secrets; none if AWS's own key does."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "dns_zone_arns" {
  description = "ARNs of the Route 53 zones in which external-dns keeps records and cert-manager answers challenges; none leaves both without a role."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.dns_zone_arns : can(regex("^arn:aws[a-z-]*:route53:::hostedzone/[A-Z0-9]+$", arn))])
    error_message = "dns_zone_arns must be ARNs of single zones."
  }
}

variable "log_group_arns" {
  description = "ARNs of the log groups that Fluent Bit writes the pods' logs to; none leaves it without a role."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "control_plane_log_retention_days" {
  description = "How long the control plane's logs are kept, the audit log among them."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.control_plane_log_retention_days)
    error_message = "control_plane_log_retention_days must be at least 90, and a number that CloudWatch Logs knows, such as 365."
  }
}

variable "addon_versions" {
  description = "Versions of add-ons by name; one that is missing is AWS's default for the Kubernetes version."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for version in values(var.addon_versions) : can(regex("^v[0-9]+\\.[0-9]+\\.[0-9]+-eksbuild\\.[0-9]+$", version))])
    error_message = "addon_versions must be versions such as v1.20.0-eksbuild.1."
  }
}
