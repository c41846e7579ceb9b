module "rds" {
  source = "../rds"
  providers = {
    aws         = aws
    aws.replica = aws.replica
  }

  name                          = local.name
  subnet_ids                    = module.network.database_subnet_ids
  security_group_ids            = [module.network.database_security_group_id]
  instance_class                = coalesce(var.database.instance_class, local.size.database.instance_class)
  storage_gib                   = coalesce(var.database.storage_gib, local.size.database.storage_gib)
  storage_gib_max               = coalesce(var.database.storage_gib_max, local.size.database.storage_gib_max)
  multi_az                      = var.database.multi_az
  deletion_protection           = var.database.deletion_protection
  skip_final_snapshot           = var.database.skip_final_snapshot
  backup_retention_days         = var.database.backup_retention_days
  replica_backup_retention_days = var.database.replica_backup_retention_days
  read_replicas                 = var.database.read_replicas
  apply_immediately             = var.database.apply_immediately
  log_retention_days            = var.log_retention_days
}

module "valkey" {
  source = "../valkey"

  name               = local.name
  subnet_ids         = module.network.database_subnet_ids
  security_group_ids = [module.network.valkey_security_group_id]
  node_type          = coalesce(var.valkey.node_type, local.size.valkey.node_type)
  nodes              = coalesce(var.valkey.nodes, local.size.valkey.nodes)
  log_retention_days = var.log_retention_days
}

module "secrets" {
  source = "../secrets"

  name = local.name
  database = {
    host       = module.rds.address
    port       = module.rds.port
    name       = module.rds.database_name
    identifier = module.rds.identifier
  }
  database_owner_secret_arn = module.rds.master_secret_arn
  database_owner_key_arn    = module.rds.kms_key_arn
  valkey = {
    host      = module.valkey.address
    port      = module.valkey.port
    user_name = module.valkey.user_name
    user_arn  = module.valkey.user_arn
  }
  shared_readers = {
    identity_key = [for service, secrets in local.secrets_of : service if contains(secrets, "identity-key")]
    valkey       = [for service, secrets in local.secrets_of : service if contains(secrets, "valkey")]
  }
  filled_by_hand = {
    for secret in ["brokers", "sentry", "smtp"] :
    secret => [for service, secrets in local.secrets_of : service if contains(secrets, secret)]
  }
  first_values       = var.first_values
  log_retention_days = var.log_retention_days
  recovery_days      = var.secret_recovery_days

  # AWS's function reaches what the cluster's pods reach.
  rotation_subnet_ids         = module.network.private_subnet_ids
  rotation_security_group_ids = [module.network.node_security_group_id]
}

module "backup" {
  source = "../backup"
  providers = {
    aws         = aws
    aws.replica = aws.replica
  }

  name = local.name
  # The tags that the roots put on everything.
  tags_backed_up = { Project = var.project, Environment = var.environment }
  # Staging comes and goes; its backups are for trying to restore.
  daily_retention_days = local.critical ? 35 : 7
  lock_days_min        = local.critical ? 7 : 1
  copy_retention_days  = local.critical ? 35 : 7
}
