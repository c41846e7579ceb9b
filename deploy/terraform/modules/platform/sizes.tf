variable "sizes" {
  description = "What the sizes mean. Small carries a team or a class, medium some hundred people who trade, large some thousand. The core is one process that leads: more people need a larger machine for it, and more of everything else."
  type = map(object({
    database = object({
      instance_class  = string
      storage_gib     = number
      storage_gib_max = number
      # RDS allows one connection for each 9.1 MiB of memory, and 5000 at the most.
      connections_max = number
    })
    valkey = object({
      node_type = string
      nodes     = number
    })
    # As in modules/eks.
    node_groups = map(object({
      instance_types = list(string)
      capacity_type  = optional(string, "ON_DEMAND")
      architecture   = optional(string, "arm64")
      min_size       = number
      max_size       = number
      volume_gib     = optional(number, 50)
      dedicated      = optional(bool, false)
    }))
  }))
  default = {
    small = {
      database = { instance_class = "db.t4g.medium", storage_gib = 50, storage_gib_max = 500, connections_max = 450 }
      valkey   = { node_type = "cache.t4g.micro", nodes = 2 }
      node_groups = {
        core    = { instance_types = ["m7g.large"], min_size = 2, max_size = 3, dedicated = true }
        general = { instance_types = ["m7g.large", "m6g.large"], min_size = 2, max_size = 4 }
        # Many kinds of machine: a zone that runs out of one has another.
        spot = { instance_types = ["m7g.large", "m6g.large", "c7g.xlarge", "c6g.xlarge"], capacity_type = "SPOT", min_size = 0, max_size = 4 }
      }
    }
    medium = {
      database = { instance_class = "db.m7g.large", storage_gib = 200, storage_gib_max = 2000, connections_max = 900 }
      valkey   = { node_type = "cache.t4g.small", nodes = 2 }
      node_groups = {
        core    = { instance_types = ["m7g.xlarge"], min_size = 2, max_size = 4, dedicated = true }
        general = { instance_types = ["m7g.large", "m6g.large"], min_size = 3, max_size = 8 }
        spot    = { instance_types = ["m7g.large", "m6g.large", "c7g.xlarge", "c6g.xlarge"], capacity_type = "SPOT", min_size = 1, max_size = 10 }
      }
    }
    large = {
      database = { instance_class = "db.r7g.2xlarge", storage_gib = 1000, storage_gib_max = 10000, connections_max = 5000 }
      valkey   = { node_type = "cache.m7g.large", nodes = 3 }
      node_groups = {
        core    = { instance_types = ["c7g.2xlarge"], min_size = 3, max_size = 6, dedicated = true }
        general = { instance_types = ["m7g.xlarge", "m6g.xlarge"], min_size = 3, max_size = 12 }
        spot    = { instance_types = ["m7g.xlarge", "m6g.xlarge", "c7g.2xlarge", "c6g.2xlarge"], capacity_type = "SPOT", min_size = 2, max_size = 30 }
      }
    }
  }
  nullable = false

  validation {
    condition     = length(setsubtract(["small", "medium", "large"], keys(var.sizes))) == 0
    error_message = "sizes holds small, medium and large."
  }
}

locals {
  size = var.sizes[var.size]
}
