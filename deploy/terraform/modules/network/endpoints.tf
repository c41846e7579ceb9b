# AWS services without the internet. The policies keep the endpoints from becoming a way out: only this
# account's own identities use them, and only its own buckets are reached through them.

locals {
  own_identities = {
    Sid       = "OwnIdentities"
    Effect    = "Allow"
    Principal = "*"
    Action    = "*"
    Resource  = "*"
    Condition = { StringEquals = { "aws:PrincipalAccount" = local.account } }
  }

  # A pod has no identity yet when it asks for its role's.
  role_for_token = {
    Sid       = "RoleForToken"
    Effect    = "Allow"
    Principal = "*"
    Action    = "sts:AssumeRoleWithWebIdentity"
    Resource  = "arn:${local.partition}:iam::${local.account}:role/*"
  }

  endpoint_policies = {
    for service in var.interface_endpoints : service => jsonencode({
      Version   = "2012-10-17"
      Statement = concat([local.own_identities], service == "sts" ? [local.role_for_token] : [])
    })
  }
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${local.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids = concat(
    [aws_route_table.public.id, aws_route_table.database.id],
    [for table in aws_route_table.private : table.id],
  )
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OwnBuckets"
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:*"
        Resource  = "*"
        Condition = { StringEquals = { "aws:ResourceAccount" = local.account } }
      },
      {
        Sid       = "LayersOfImagesAndPackagesOfNodes"
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:GetObject"
        Resource = [
          "arn:${local.partition}:s3:::prod-${local.region}-starport-layer-bucket/*",
          "arn:${local.partition}:s3:::al2023-repos-${local.region}-*/*",
        ]
      },
    ]
  })

  tags = { Name = "${var.name}-s3" }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = var.interface_endpoints

  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${local.region}.${each.value}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [for subnet in aws_subnet.private : subnet.id]
  security_group_ids  = [aws_security_group.this["endpoints"].id]
  policy              = local.endpoint_policies[each.value]

  tags = { Name = "${var.name}-${each.value}" }
}
