# What must be there before Terraform can run in CI: where its state is kept, and as whom CI comes.

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

locals {
  partition   = data.aws_partition.current.partition
  account     = data.aws_caller_identity.current.account_id
  bucket      = "${var.project}-terraform-${local.account}-${var.region}"
  bucket_arn  = "arn:${local.partition}:s3:::${local.bucket}"
  log_bucket  = "${var.project}-terraform-access-${local.account}-${var.region}"
  backend_hcl = <<-EOT
    bucket     = "${aws_s3_bucket.this["state"].id}"
    region     = "${var.region}"
    kms_key_id = "${aws_kms_key.state.arn}"
  EOT
}

module "github" {
  source = "../modules/github-oidc"

  name                    = var.project
  repository              = var.repository
  environments            = var.environments
  default_branch          = var.default_branch
  release_refs            = var.release_refs
  image_repository_prefix = var.project
  provider_arn            = var.github_provider_arn
  state_bucket_arn        = local.bucket_arn
  state_key_arn           = aws_kms_key.state.arn
}
