data "aws_availability_zones" "this" {
  #checkov:skip=CKV_AWS_394: AWS names new zones after the old ones, and only the first three are taken; var.zones pins them
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"] # no local zone
  }
}

data "aws_region" "current" {}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

locals {
  region    = data.aws_region.current.name
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id

  zones = length(var.zones) == 3 ? var.zones : slice(data.aws_availability_zones.this.names, 0, 3)

  # Out of a /16: three /18 for pods and nodes, three /22 for load balancers and NAT, three /24 for data.
  blocks   = cidrsubnets(var.cidr, 2, 2, 2, 6, 6, 6, 8, 8, 8)
  private  = { for index, zone in local.zones : zone => local.blocks[index] }
  public   = { for index, zone in local.zones : zone => local.blocks[index + 3] }
  database = { for index, zone in local.zones : zone => local.blocks[index + 6] }

  nat_zones = var.nat == "one" ? [local.zones[0]] : local.zones
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true # names of endpoints and of the private API of the cluster need it

  tags = { Name = var.name }
}

# Whatever is put into the network without a security group of its own can talk to nobody.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${var.name}-default-closed" }
}

resource "aws_subnet" "public" {
  for_each = local.public

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false # load balancers and NAT ask for their addresses

  tags = {
    Name                                        = "${var.name}-public-${each.key}"
    "kubernetes.io/role/elb"                    = "1"
    "kubernetes.io/cluster/${var.cluster_name}" = "shared"
  }
}

resource "aws_subnet" "private" {
  for_each = local.private

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = {
    Name                                        = "${var.name}-private-${each.key}"
    "kubernetes.io/role/internal-elb"           = "1"
    "kubernetes.io/cluster/${var.cluster_name}" = "shared"
  }
}

resource "aws_subnet" "database" {
  for_each = local.database

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = { Name = "${var.name}-database-${each.key}" }
}
