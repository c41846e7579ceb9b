mock_provider "aws" {
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws" }
  }
  override_data {
    target = data.aws_caller_identity.current
    values = { account_id = "123456789012" }
  }
  override_data {
    target = data.aws_region.current
    values = { name = "eu-central-1" }
  }
  override_data {
    target = data.aws_availability_zones.this
    values = { names = ["eu-central-1a", "eu-central-1b", "eu-central-1c", "eu-central-1d"] }
  }

  # What the mock makes up is no ARN.
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/1" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:flow" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/flow" }
  }
}

variables {
  name                          = "tradewind-test"
  cluster_name                  = "tradewind-test"
  load_balancer_prefix_list_ids = ["pl-cloudfront"]
}

run "three_zones_have_a_subnet_of_each_kind_and_none_overlaps" {
  assert {
    condition     = output.zones == tolist(["eu-central-1a", "eu-central-1b", "eu-central-1c"])
    error_message = "The network does not span the first three zones."
  }
  assert {
    condition = (
      output.private_subnet_cidrs == ["10.0.0.0/18", "10.0.64.0/18", "10.0.128.0/18"]
      && output.public_subnet_cidrs == ["10.0.192.0/22", "10.0.196.0/22", "10.0.200.0/22"]
      && output.database_subnet_cidrs == ["10.0.204.0/24", "10.0.205.0/24", "10.0.206.0/24"]
    )
    error_message = "The addresses are shared out differently."
  }
  assert {
    condition     = alltrue([for subnet in aws_subnet.public : !subnet.map_public_ip_on_launch])
    error_message = "Machines in public subnets get public addresses unasked."
  }
}

run "load_balancers_find_their_subnets_by_tags" {
  command = plan
  assert {
    condition     = alltrue([for subnet in aws_subnet.public : subnet.tags["kubernetes.io/role/elb"] == "1"])
    error_message = "Public subnets are not tagged for load balancers."
  }
  assert {
    condition     = alltrue([for subnet in aws_subnet.private : subnet.tags["kubernetes.io/role/internal-elb"] == "1"])
    error_message = "Private subnets are not tagged for internal load balancers."
  }
  assert {
    condition     = length([for group in aws_security_group.this : group if contains(keys(group.tags), "kubernetes.io/cluster/tradewind-test")]) == 1
    error_message = "The load balancer controller wants exactly one group with the cluster's tag."
  }
}

run "only_the_cluster_reaches_the_database_and_valkey" {
  assert {
    condition = alltrue([
      for store, port in { database = 5432, valkey = 6379 } : (
        aws_vpc_security_group_ingress_rule.store[store].security_group_id == aws_security_group.this[store].id
        && aws_vpc_security_group_ingress_rule.store[store].referenced_security_group_id == aws_security_group.this["nodes"].id
        && aws_vpc_security_group_ingress_rule.store[store].from_port == port
        && aws_vpc_security_group_ingress_rule.store[store].to_port == port
      )
    ])
    error_message = "A store accepts more than its port from the nodes."
  }
  assert {
    condition = alltrue([
      for rule in concat(
        [aws_vpc_security_group_ingress_rule.between_nodes],
        values(aws_vpc_security_group_ingress_rule.endpoints),
        values(aws_vpc_security_group_ingress_rule.load_balancer_lists),
        values(aws_vpc_security_group_ingress_rule.load_balancer_networks),
        values(aws_vpc_security_group_ingress_rule.nodes_from_load_balancer),
      ) : !contains([aws_security_group.this["database"].id, aws_security_group.this["valkey"].id], rule.security_group_id)
    ])
    error_message = "Another rule opens a store."
  }
}

run "nothing_but_the_load_balancer_accepts_from_an_address_outside" {
  assert {
    condition = alltrue([
      for rule in concat(
        [aws_vpc_security_group_ingress_rule.between_nodes],
        values(aws_vpc_security_group_ingress_rule.store),
        values(aws_vpc_security_group_ingress_rule.nodes_from_load_balancer),
      ) : rule.cidr_ipv4 == null && rule.cidr_ipv6 == null && rule.prefix_list_id == null
    ])
    error_message = "A group accepts from addresses instead of from a group."
  }
  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.endpoints : rule.cidr_ipv4]) == toset(output.private_subnet_cidrs)
    error_message = "Endpoints accept from elsewhere than the private subnets."
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.load_balancer_networks) == 0 && keys(aws_vpc_security_group_ingress_rule.load_balancer_lists) == ["pl-cloudfront"]
    error_message = "The load balancer accepts from more than it was told."
  }
}

run "the_default_security_group_is_closed" {
  assert {
    condition     = length(aws_default_security_group.closed.ingress) == 0 && length(aws_default_security_group.closed.egress) == 0
    error_message = "The default security group has rules."
  }
}

run "the_data_has_no_way_to_the_internet" {
  assert {
    condition = alltrue([
      for route in concat([aws_route.public_internet], values(aws_route.private_internet)) : route.route_table_id != aws_route_table.database.id
    ])
    error_message = "The database subnets have a route out."
  }
  assert {
    condition = alltrue([
      for rule in aws_network_acl_rule.database :
      contains(concat(output.private_subnet_cidrs, output.database_subnet_cidrs), rule.cidr_block)
    ])
    error_message = "The database subnets talk to more than pods and each other."
  }
  assert {
    condition     = length(aws_route_table_association.database) == 3
    error_message = "A database subnet falls back on the main route table."
  }
}

run "each_zone_leaves_by_its_own_gateway" {
  assert {
    condition     = length(aws_nat_gateway.this) == 3 && length(distinct([for route in aws_route.private_internet : route.nat_gateway_id])) == 3
    error_message = "A zone depends on another one's NAT gateway."
  }
}

run "one_gateway_is_enough_for_who_wants_it_cheap" {
  command = plan
  variables {
    nat = "one"
  }
  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_route.private_internet) == 3
    error_message = "There is not one gateway that serves all three zones."
  }
}

run "aws_is_reached_without_the_internet_and_only_by_this_account" {
  assert {
    condition     = aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway" && length(aws_vpc_endpoint.s3.route_table_ids) > 0
    error_message = "S3 has no gateway endpoint."
  }
  assert {
    condition     = keys(aws_vpc_endpoint.interface) == ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "sts"] && alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled])
    error_message = "An interface endpoint is missing, or its name leads to the internet."
  }
  assert {
    condition = alltrue(flatten([
      for endpoint in aws_vpc_endpoint.interface : [
        for statement in jsondecode(endpoint.policy).Statement :
        try(statement.Condition.StringEquals["aws:PrincipalAccount"], "") == "123456789012" || (
          statement.Action == "sts:AssumeRoleWithWebIdentity" && statement.Resource == "arn:aws:iam::123456789012:role/*"
        )
      ]
    ]))
    error_message = "Somebody else's credentials work through an endpoint."
  }
}

run "flow_logs_are_encrypted_and_kept" {
  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_cloudwatch_log_group.flow.kms_key_id == aws_kms_key.logs.arn && aws_kms_key.logs.enable_key_rotation
    error_message = "Flow logs are incomplete or not encrypted by a key that rotates."
  }
  assert {
    condition     = aws_cloudwatch_log_group.flow.retention_in_days == 365
    error_message = "Flow logs are not kept for a year."
  }
}

run "wrong_inputs_are_refused" {
  command = plan
  variables {
    name                    = "Tradewind"
    cidr                    = "10.0.0.0/24"
    zones                   = ["eu-central-1a", "eu-central-1a", "eu-central-1b"]
    nat                     = "none"
    node_egress_ports       = [587]
    load_balancer_cidrs     = ["everywhere"]
    flow_log_retention_days = 7
  }
  expect_failures = [
    var.name,
    var.cidr,
    var.zones,
    var.nat,
    var.node_egress_ports,
    var.load_balancer_cidrs,
    var.flow_log_retention_days,
  ]
}
