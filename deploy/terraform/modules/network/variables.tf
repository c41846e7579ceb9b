variable "name" {
  description = "What every name begins with, as <project>-<environment>."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 32 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "cluster_name" {
  description = "Name of the Kubernetes cluster, by which its load balancer controller finds subnets and security group."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9][a-zA-Z0-9-]{0,99}$", var.cluster_name))
    error_message = "cluster_name must be letters, digits and hyphens."
  }
}

variable "cidr" {
  description = "Addresses of the network. Half of them and a quarter more go to the private subnets, for every pod takes one."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(cidrsubnet(var.cidr, 0, 0) == var.cidr, false)
    error_message = "cidr must be a network such as 10.0.0.0/16, with no bit set after its prefix."
  }
  validation {
    condition     = try(tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 20, false)
    error_message = "cidr must be between /16 (the largest that AWS takes) and /20 (below it the database subnets get too small)."
  }
}

variable "zones" {
  description = "Three availability zones; empty takes the first three of the region."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = contains([0, 3], length(distinct(var.zones))) && length(var.zones) == length(distinct(var.zones))
    error_message = "zones must be three different ones, or none."
  }
}

variable "nat" {
  description = "How private subnets reach the internet: one (cheap, lost with its zone) or per_zone."
  type        = string
  default     = "per_zone"
  nullable    = false

  validation {
    condition     = contains(["one", "per_zone"], var.nat)
    error_message = "nat must be one or per_zone."
  }
}

variable "interface_endpoints" {
  description = "AWS services that are reached without the internet. Each costs an address in every zone."
  type        = set(string)
  default     = ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "sts"]
  nullable    = false

  validation {
    condition     = alltrue([for service in var.interface_endpoints : can(regex("^[a-z0-9.-]+$", service))])
    error_message = "interface_endpoints must be names such as ecr.api."
  }
}

variable "node_egress_ports" {
  description = "TCP ports in the internet that nodes may reach: HTTPS, and where mail is handed in."
  type        = set(number)
  default     = [443, 587]
  nullable    = false

  validation {
    condition     = alltrue([for port in var.node_egress_ports : port > 0 && port < 65536]) && contains(var.node_egress_ports, 443)
    error_message = "node_egress_ports must be ports, 443 among them: nodes join their cluster by it."
  }
}

variable "load_balancer_prefix_list_ids" {
  description = "Prefix lists that may reach the load balancer on 443, for example CloudFront's addresses."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "load_balancer_cidrs" {
  description = "Networks that may reach the load balancer on 443."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.load_balancer_cidrs : can(cidrhost(cidr, 0))])
    error_message = "load_balancer_cidrs must be networks such as 203.0.113.0/24."
  }
}

variable "load_balancer_target_ports" {
  description = "Ports of pods that the load balancer may reach."
  type        = set(number)
  default     = [80, 443, 3000, 8000]
  nullable    = false

  validation {
    condition     = alltrue([for port in var.load_balancer_target_ports : port > 0 && port < 65536])
    error_message = "load_balancer_target_ports must be ports."
  }
}

variable "flow_log_retention_days" {
  description = "How long flow logs are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.flow_log_retention_days)
    error_message = "flow_log_retention_days must be at least 30, and a number that CloudWatch Logs knows, such as 90 or 365."
  }
}
