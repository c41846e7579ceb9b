# A second lock before the data, which a mistaken security group does not open: only the private subnets
# reach PostgreSQL and Valkey, and answers go back to nobody else.

locals {
  database_acl = merge(
    { for index, zone in local.zones : "postgresql-${zone}" => { number = 100 + index, egress = false, from = 5432, to = 5432, cidr = local.private[zone] } },
    { for index, zone in local.zones : "valkey-${zone}" => { number = 110 + index, egress = false, from = 6379, to = 6379, cidr = local.private[zone] } },
    { for index, zone in local.zones : "answers-${zone}" => { number = 100 + index, egress = true, from = 1024, to = 65535, cidr = local.private[zone] } },
    # Copies of one store in several zones talk to each other.
    { for index, zone in local.zones : "peers-in-${zone}" => { number = 120 + index, egress = false, from = 0, to = 65535, cidr = local.database[zone] } },
    { for index, zone in local.zones : "peers-out-${zone}" => { number = 120 + index, egress = true, from = 0, to = 65535, cidr = local.database[zone] } },
  )
}

resource "aws_network_acl" "database" {
  vpc_id     = aws_vpc.this.id
  subnet_ids = [for subnet in aws_subnet.database : subnet.id]

  tags = { Name = "${var.name}-database" }
}

resource "aws_network_acl_rule" "database" {
  for_each = local.database_acl

  network_acl_id = aws_network_acl.database.id
  rule_number    = each.value.number
  egress         = each.value.egress
  protocol       = "tcp"
  rule_action    = "allow"
  cidr_block     = each.value.cidr
  from_port      = each.value.from
  to_port        = each.value.to
}
