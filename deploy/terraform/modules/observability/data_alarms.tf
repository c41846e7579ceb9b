# PostgreSQL and Valkey.
locals {
  gib = 1024 * 1024 * 1024

  database_alarms = merge([
    for key, database in var.databases : merge(
      { for metric, alarm in {
        cpu = {
          metric    = "CPUUtilization"
          threshold = 85
          periods   = 3
          severity  = "warn"
          what      = "The database ${database.identifier} has been busy above 85 % for 15 minutes."
          first     = "open Performance Insights and read the top statement; a missing index or a runaway report shows there."
        }
        storage = {
          metric     = "FreeStorageSpace"
          statistic  = "Minimum"
          comparison = "LessThanThreshold"
          threshold  = floor(database.storage_gib * local.gib * 0.15)
          missing    = "missing"
          severity   = "page"
          what       = "The database ${database.identifier} has less than 15 % of its storage left; a full one stops trading."
          first      = "raise max_allocated_storage in the environment's variables and apply; then look for what grew (journal, WAL kept for a replica)."
        }
        connections = {
          metric    = "DatabaseConnections"
          statistic = "Maximum"
          threshold = floor(database.connections_max * 0.8)
          periods   = 2
          severity  = "page"
          what      = "The database ${database.identifier} has more than 80 % of its connections taken."
          first     = "count pg_stat_activity by application_name; restart the service that holds too many."
        }
        memory = {
          metric     = "FreeableMemory"
          statistic  = "Minimum"
          comparison = "LessThanThreshold"
          threshold  = floor(local.gib / 4)
          periods    = 3
          severity   = "warn"
          what       = "The database ${database.identifier} has had less than 256 MiB of memory left for 15 minutes."
          first      = "compare with connections and the top statements; if both are usual, take the next larger instance class."
        }
        transaction-ids = {
          metric    = "MaximumUsedTransactionIDs"
          statistic = "Maximum"
          threshold = 1000000000
          severity  = "page"
          what      = "The database ${database.identifier} has used half of its transaction ids; at the end it stops taking writes."
          first     = "find the oldest transaction and replication slot (pg_stat_activity, pg_replication_slots) and end it; then VACUUM FREEZE the oldest table."
        }
      } : "database-${key}-${metric}" => merge(alarm, { namespace = "AWS/RDS", dimensions = { DBInstanceIdentifier = database.identifier } }) },
      database.is_replica ? {
        "database-${key}-lag" = {
          namespace  = "AWS/RDS"
          dimensions = { DBInstanceIdentifier = database.identifier }
          metric     = "ReplicaLag"
          statistic  = "Maximum"
          threshold  = 60
          periods    = 3
          severity   = "warn"
          what       = "The replica ${database.identifier} has been more than a minute behind for 15 minutes."
          first      = "look for a long read on the replica that holds replay up, and end it."
        }
      } : {},
    )
  ]...)

  valkey_alarms = merge([
    for key, id in var.valkey_cluster_ids : { for metric, alarm in {
      evictions = {
        metric    = "Evictions"
        statistic = "Sum"
        threshold = 100
        periods   = 2
        what      = "Valkey ${id} throws out keys for lack of memory; counters of rate limits may be among them."
        first     = "read DatabaseMemoryUsagePercentage; above 80 take the next larger node type."
      }
      memory = {
        metric    = "DatabaseMemoryUsagePercentage"
        threshold = 80
        periods   = 2
        what      = "Valkey ${id} has used 80 % of its memory."
        first     = "look for keys without expiry (valkey-cli --bigkeys); nothing in it is needed for ever."
      }
      cpu = {
        metric    = "EngineCPUUtilization"
        threshold = 85
        periods   = 3
        what      = "Valkey ${id} has been busy above 85 % for 15 minutes; prices arrive late."
        first     = "compare with the number of open streams at the gateways; take a larger node type if they are wanted."
      }
    } : "valkey-${key}-${metric}" => merge(alarm, { namespace = "AWS/ElastiCache", dimensions = { CacheClusterId = id }, severity = "warn" }) }
  ]...)
}
