# moto's replication groups have no members (the provider asks for them and fails), it has neither user
# groups nor parameter groups of ElastiCache, and its groups of subnets cannot be deleted.

resource "aws_elasticache_replication_group" "this" {
  count = 0

  parameter_group_name = null
  subnet_group_name    = null
  user_group_ids       = null
}

resource "aws_elasticache_subnet_group" "this" {
  count = 0
}

resource "aws_elasticache_user_group" "this" {
  count = 0
}

resource "aws_elasticache_parameter_group" "this" {
  count = 0
}

output "address" {
  value = "valkey.example.com"
}

output "port" {
  value = 6379
}

output "replication_group_id" {
  value = var.name
}
