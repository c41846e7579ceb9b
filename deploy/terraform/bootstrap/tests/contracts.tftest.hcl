mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }

  # What the mock makes up is no ARN.
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/state" }
  }
  mock_resource "aws_iam_openid_connect_provider" {
    defaults = { arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
  }
  override_resource {
    target = aws_s3_bucket.this["state"]
    values = { id = "tradewind-terraform-123456789012-eu-central-1" }
  }
}

variables {
  region     = "eu-central-1"
  repository = "example/tradewind"
}

run "every_bucket_is_closed_encrypted_and_keeps_versions" {
  assert {
    condition = alltrue([
      for block in aws_s3_bucket_public_access_block.this :
      block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets
    ]) && length(aws_s3_bucket_public_access_block.this) == length(aws_s3_bucket.this)
    error_message = "A bucket does not block public access."
  }
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this["state"].rule).apply_server_side_encryption_by_default).kms_master_key_id == aws_kms_key.state.arn && aws_kms_key.state.enable_key_rotation
    error_message = "States are not encrypted by a key that rotates."
  }
  assert {
    condition     = alltrue([for versioning in aws_s3_bucket_versioning.this : versioning.versioning_configuration[0].status == "Enabled"]) && length(aws_s3_bucket_versioning.this) == length(aws_s3_bucket.this)
    error_message = "A bucket forgets what is replaced."
  }
  assert {
    condition     = alltrue([for bucket in aws_s3_bucket.this : !bucket.force_destroy])
    error_message = "A bucket can be removed with what is in it."
  }
}

run "nothing_is_said_in_plain_http_and_states_are_written_by_their_key_only" {
  assert {
    condition = alltrue([
      for policy in aws_s3_bucket_policy.this : length([
        for statement in jsondecode(policy.policy).Statement : statement
        if statement.Sid == "OnlyOverTls" && statement.Effect == "Deny" && statement.Principal == "*" && try(statement.Condition.Bool["aws:SecureTransport"], "") == "false"
      ]) == 1
    ])
    error_message = "A bucket answers over plain HTTP."
  }
  assert {
    condition = [
      for statement in jsondecode(aws_s3_bucket_policy.this["state"].policy).Statement :
      statement.Condition.StringNotEqualsIfExists["s3:x-amz-server-side-encryption-aws-kms-key-id"] if statement.Sid == "OnlyByItsKey"
    ] == [aws_kms_key.state.arn]
    error_message = "A state can be written by another key."
  }
}

run "the_backend_of_the_other_roots_comes_out" {
  assert {
    condition     = output.backend_hcl == "bucket     = \"tradewind-terraform-123456789012-eu-central-1\"\nregion     = \"eu-central-1\"\nkms_key_id = \"arn:aws:kms:eu-central-1:123456789012:key/state\"\n"
    error_message = "backend.hcl is not what the roots need."
  }
  assert {
    condition     = toset(keys(output.deploy_role_arns)) == toset(["production", "staging"])
    error_message = "An environment has no role to deploy with."
  }
}

run "wrong_inputs_are_refused" {
  command = plan
  variables {
    region          = "Frankfurt"
    project         = "Tradewind"
    old_states_days = 1
  }
  expect_failures = [var.region, var.project, var.old_states_days]
}
