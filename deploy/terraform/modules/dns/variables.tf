variable "name" {
  description = "Name of the environment, such as tradewind-staging."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 32 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "zone_name" {
  description = "Domain of the hosted zone, such as example.com."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.zone_name))
    error_message = "zone_name is a domain in lower case without a dot at its end."
  }
}

variable "create_zone" {
  description = "Whether the zone is made here. A zone that exists already is looked up: it outlives the environments in it, and its name servers stay those that the registrar knows."
  type        = bool
  default     = false
  nullable    = false
}

variable "hosts" {
  description = "Names that the certificates are for and that records may be made of, by a key of the caller's choice, such as { app = \"app.example.com\" }."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.hosts) > 0 && length(distinct(values(var.hosts))) == length(var.hosts)
    error_message = "hosts holds at least one name, and none twice."
  }
  validation {
    condition     = alltrue([for host in values(var.hosts) : host == var.zone_name || endswith(host, ".${var.zone_name}")])
    error_message = "Every host lies inside the zone."
  }
  validation {
    condition     = alltrue([for host in values(var.hosts) : !startswith(host, "*.")])
    error_message = "hosts are written out: a certificate for every name in a zone serves whoever gets hold of it too well."
  }
}

variable "edge_hosts" {
  description = "Keys of the hosts that CloudFront serves: its certificate, in us-east-1, is for these."
  type        = set(string)
  default     = ["app"]
  nullable    = false

  validation {
    condition     = length(var.edge_hosts) > 0 && length(setsubtract(var.edge_hosts, keys(var.hosts))) == 0
    error_message = "edge_hosts names at least one key, and each is a key of hosts."
  }
}

variable "aliases" {
  description = "Where hosts lead: by their key, the name and zone of a distribution or load balancer. A host without one gets no record yet."
  type = map(object({
    dns_name        = string
    zone_id         = string
    ipv6            = optional(bool, true)
    evaluate_health = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.aliases), keys(var.hosts))) == 0
    error_message = "Every key of aliases is a key of hosts."
  }
}

variable "certificate_authorities" {
  description = "Authorities that may issue certificates for the hosts (CAA)."
  type        = list(string)
  default     = ["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"]
  nullable    = false

  validation {
    condition     = contains(var.certificate_authorities, "amazon.com")
    error_message = "certificate_authorities holds amazon.com, or ACM could issue nothing."
  }
}

variable "caa_contact" {
  description = "E-mail address that authorities tell of requests they refused; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.caa_contact == null || can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.caa_contact))
    error_message = "caa_contact is an e-mail address."
  }
}

variable "dnssec" {
  description = "Whether the zone is signed. Its DS record must then be given to the registrar, and taken away there before signing ends."
  type        = bool
  default     = false
  nullable    = false
}

variable "ttl_s" {
  description = "Seconds that resolvers keep the CAA and validation records."
  type        = number
  default     = 300
  nullable    = false

  validation {
    condition     = var.ttl_s >= 60 && var.ttl_s <= 86400
    error_message = "ttl_s is between a minute and a day."
  }
}
