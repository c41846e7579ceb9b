module "ecr" {
  source = "../ecr"
  count  = var.images.create ? 1 : 0
  providers = {
    aws         = aws
    aws.replica = aws.replica
  }

  name              = local.name
  repository_prefix = var.images.prefix
  replica_region    = var.images.replicate ? data.aws_region.replica.name : null
}

data "aws_region" "replica" {
  provider = aws.replica
}

locals {
  registry = "${data.aws_caller_identity.current.account_id}.dkr.ecr.${data.aws_region.current.name}.${data.aws_partition.current.dns_suffix}"
}
