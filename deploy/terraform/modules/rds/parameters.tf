# How PostgreSQL is set for a journal: one writer that commits small batches without a pause, each
# answered only once it is on disk, beside many short questions.

locals {
  # Name, value, and whether it waits for a restart.
  parameters = {
    # Who connects proves the server's identity and is not overheard; no password in weak hashes.
    "rds.force_ssl"                     = { value = "1" }
    "rds.accepted_password_auth_method" = { value = "scram" }
    "password_encryption"               = { value = "scram-sha-256" }

    # An acknowledged order is durable: said here so that nobody trades it for speed.
    "synchronous_commit" = { value = "on" }
    # The first write to a page after a checkpoint carries the whole page; small commits write
    # little else. Compressed it costs less of the disk, which every commit waits for.
    "wal_compression" = { value = "on" }
    # Checkpoints by the clock, not by the amount written: at 2 GB (RDS's own) a busy day would have
    # one after another, each making the whole pages above be written again.
    "max_wal_size" = { value = "8192" }
    # Kept ready, so that a burst does not wait for new segments.
    "min_wal_size" = { value = "1024" }
    # The writing of a checkpoint is spread over the time to the next, beside the commits.
    "checkpoint_completion_target" = { value = "0.9" }

    # Statements are short: compiling them takes longer than running them.
    "jit" = { value = "0" }
    # gp3 reads any page as fast as the next one.
    "random_page_cost" = { value = "1.1" }

    # Orders and leases are updated in place all the time: a hundredth of dead rows is enough to
    # clean, and the journal, which only grows, has its pages marked visible early.
    "autovacuum_vacuum_scale_factor"        = { value = "0.01" }
    "autovacuum_vacuum_insert_scale_factor" = { value = "0.02" }
    "autovacuum_analyze_scale_factor"       = { value = "0.01" }
    # It may then work faster than it would by itself: SSDs bear it.
    "autovacuum_vacuum_cost_limit" = { value = "2000" }
    # A transaction left open keeps all of that from being cleaned. None of ours is idle for long.
    "idle_in_transaction_session_timeout" = { value = "60000" }
    # A leader that has gone without a word must not keep its locks for the kernel's two hours.
    "tcp_keepalives_idle"     = { value = "30" }
    "tcp_keepalives_interval" = { value = "10" }
    "tcp_keepalives_count"    = { value = "3" }

    # What tells why something was slow; the same limits as everywhere that Tradewind runs.
    "log_min_duration_statement"  = { value = "1000" }
    "log_lock_waits"              = { value = "1" }
    "log_statement"               = { value = "ddl" }
    "log_connections"             = { value = "1" }
    "log_disconnections"          = { value = "1" }
    "log_autovacuum_min_duration" = { value = "10000" }
    "track_io_timing"             = { value = "1" }
    "shared_preload_libraries"    = { value = "pg_stat_statements", restart = true }
  }
}

resource "aws_db_parameter_group" "this" {
  # A new major version needs a new group beside the old one.
  name        = "${var.name}-postgres${local.major_version}"
  family      = "postgres${local.major_version}"
  description = "A journal of small commits that must not be lost"

  dynamic "parameter" {
    for_each = local.parameters

    content {
      name         = parameter.key
      value        = parameter.value.value
      apply_method = lookup(parameter.value, "restart", false) ? "pending-reboot" : "immediate"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}
