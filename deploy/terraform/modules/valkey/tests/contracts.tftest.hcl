mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/valkey" }
  }
}

variables {
  name               = "tradewind-test"
  subnet_ids         = ["subnet-a", "subnet-b", "subnet-c"]
  security_group_ids = ["sg-valkey"]
}

run "what_it_carries_is_encrypted_on_the_way_and_at_rest" {
  assert {
    condition     = tobool(aws_elasticache_replication_group.this.transit_encryption_enabled) && aws_elasticache_replication_group.this.transit_encryption_mode == "required"
    error_message = "Valkey takes connections without TLS."
  }
  assert {
    condition     = tobool(aws_elasticache_replication_group.this.at_rest_encryption_enabled) && aws_elasticache_replication_group.this.kms_key_id == aws_kms_key.this.arn
    error_message = "Valkey's disks are not encrypted with the module's key."
  }
  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.kms_key_id == aws_kms_key.this.arn && group.retention_in_days >= 30])
    error_message = "A log is not encrypted, or kept for ever."
  }
  assert {
    condition     = aws_kms_key.this.enable_key_rotation && length([for each in jsondecode(aws_kms_key.this.policy).Statement : each if try(each.Principal.AWS, "") != "arn:aws:iam::123456789012:root" && !can(each.Condition)]) == 0
    error_message = "The key does not rotate, or trusts somebody without a condition."
  }
  assert {
    condition     = aws_elasticache_replication_group.this.engine == "valkey" && aws_elasticache_replication_group.this.security_group_ids == toset(["sg-valkey"])
    error_message = "It is no Valkey, or in other security groups than those it was given."
  }
}

run "only_the_services_user_comes_in_and_no_state_holds_its_password" {
  assert {
    condition     = aws_elasticache_user_group.this.user_ids == toset(["tradewind-test"]) && aws_elasticache_replication_group.this.user_group_ids == toset(["tradewind-test"])
    error_message = "Somebody else may sign in."
  }
  assert {
    condition     = aws_elasticache_replication_group.this.auth_token == null && aws_elasticache_user.services.passwords == null && one(aws_elasticache_user.services.authentication_mode).passwords == null
    error_message = "A password is an argument, and so in the state."
  }
  assert {
    condition     = !coalesce(aws_elasticache_user.services.no_password_required, false)
    error_message = "The user needs no password."
  }
  assert {
    condition     = strcontains(aws_elasticache_user.services.access_string, "-@all") && endswith(aws_elasticache_user.services.access_string, "-@dangerous")
    error_message = "The user may do more than count and use the bus."
  }
}

run "a_standby_in_another_zone_takes_over" {
  assert {
    condition     = aws_elasticache_replication_group.this.num_cache_clusters == 2 && aws_elasticache_replication_group.this.multi_az_enabled && aws_elasticache_replication_group.this.automatic_failover_enabled
    error_message = "Nobody takes over when a zone is lost."
  }
  assert {
    condition     = one([for each in aws_elasticache_parameter_group.this.parameter : each.value if each.name == "maxmemory-policy"]) == "volatile-lru"
    error_message = "Full memory would refuse what is new."
  }
  assert {
    condition     = toset([for each in aws_elasticache_replication_group.this.log_delivery_configuration : each.log_type]) == toset(["slow-log", "engine-log"])
    error_message = "A log is not delivered."
  }
}

run "one_node_and_snapshots_are_a_choice" {
  variables {
    nodes                   = 1
    snapshot_retention_days = 7
    engine_version          = "9.0"
  }
  assert {
    condition     = !aws_elasticache_replication_group.this.multi_az_enabled && !aws_elasticache_replication_group.this.automatic_failover_enabled
    error_message = "One node alone cannot fail over, and AWS refuses to be asked for it."
  }
  assert {
    condition     = aws_elasticache_replication_group.this.snapshot_retention_limit == 7 && aws_elasticache_parameter_group.this.family == "valkey9"
    error_message = "Snapshots or the family of parameters do not follow the variables."
  }
}

run "it_refuses_one_zone_an_open_user_and_an_old_engine" {
  command = plan
  variables {
    name               = "Tradewind"
    subnet_ids         = ["subnet-a"]
    security_group_ids = []
    access_string      = "on ~* &* +@all"
    engine_version     = "7.2"
    nodes              = 0
  }
  expect_failures = [var.name, var.subnet_ids, var.security_group_ids, var.access_string, var.engine_version, var.nodes]
}
