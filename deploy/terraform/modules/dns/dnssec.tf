data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

# Route 53 signs with keys of us-east-1 alone, and only of this kind.
resource "aws_kms_key" "dnssec" {
  count    = var.dnssec ? 1 : 0
  provider = aws.us_east_1

  #checkov:skip=CKV_AWS_7: AWS rotates no asymmetric key; a new signing key takes a new DS record at the registrar.
  description              = "Signs the zone ${var.zone_name}"
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
  deletion_window_in_days  = 30
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "PoliciesOfTheAccountCount"
        Effect    = "Allow"
        Action    = "kms:*"
        Resource  = "*"
        Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
      },
      {
        Sid       = "Route53Signs"
        Effect    = "Allow"
        Action    = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
        Resource  = "*"
        Principal = { Service = "dnssec-route53.amazonaws.com" }
        Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
      },
      {
        Sid       = "Route53Grants"
        Effect    = "Allow"
        Action    = "kms:CreateGrant"
        Resource  = "*"
        Principal = { Service = "dnssec-route53.amazonaws.com" }
        Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
      },
    ]
  })
}

resource "aws_route53_key_signing_key" "this" {
  count = var.dnssec ? 1 : 0

  name                       = replace(var.name, "-", "_")
  hosted_zone_id             = local.zone_id
  key_management_service_arn = aws_kms_key.dnssec[0].arn
}

resource "aws_route53_hosted_zone_dnssec" "this" {
  count = var.dnssec ? 1 : 0

  hosted_zone_id = aws_route53_key_signing_key.this[0].hosted_zone_id
}
