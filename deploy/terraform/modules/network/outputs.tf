output "vpc_id" {
  description = "Id of the network."
  value       = aws_vpc.this.id
}

output "vpc_cidr" {
  description = "Addresses of the network."
  value       = aws_vpc.this.cidr_block
}

output "zones" {
  description = "The three availability zones."
  value       = local.zones
}

output "public_subnet_ids" {
  description = "Subnets of load balancers, in the order of the zones."
  value       = [for zone in local.zones : aws_subnet.public[zone].id]
}

output "private_subnet_ids" {
  description = "Subnets of nodes and pods, in the order of the zones."
  value       = [for zone in local.zones : aws_subnet.private[zone].id]
}

output "private_subnet_cidrs" {
  description = "Addresses of nodes and pods, in the order of the zones."
  value       = [for zone in local.zones : local.private[zone]]
}

output "public_subnet_cidrs" {
  description = "Addresses of load balancers, in the order of the zones."
  value       = [for zone in local.zones : local.public[zone]]
}

output "database_subnet_ids" {
  description = "Subnets of PostgreSQL and Valkey, in the order of the zones."
  value       = [for zone in local.zones : aws_subnet.database[zone].id]
}

output "database_subnet_cidrs" {
  description = "Addresses of PostgreSQL and Valkey, in the order of the zones."
  value       = [for zone in local.zones : local.database[zone]]
}

output "node_security_group_id" {
  description = "Security group of the cluster's nodes and pods."
  value       = aws_security_group.this["nodes"].id
}

output "load_balancer_security_group_id" {
  description = "Security group of the load balancer before the ingress."
  value       = aws_security_group.this["load-balancer"].id
}

output "database_security_group_id" {
  description = "Security group of PostgreSQL, which accepts only from the nodes."
  value       = aws_security_group.this["database"].id
}

output "valkey_security_group_id" {
  description = "Security group of Valkey, which accepts only from the nodes."
  value       = aws_security_group.this["valkey"].id
}

output "nat_addresses" {
  description = "Addresses that the rest of the world sees, for allow-lists of brokers."
  value       = [for address in aws_eip.nat : address.public_ip]
}

output "flow_log_group_name" {
  description = "Log group of the flow logs."
  value       = aws_cloudwatch_log_group.flow.name
}

output "nat_gateway_ids" {
  description = "Ids of the ways to the internet, by zone, for alarms."
  value       = { for zone, gateway in aws_nat_gateway.this : zone => gateway.id }
}
