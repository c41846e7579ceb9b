output "backend_hcl" {
  description = "Settings of the backend for every root: terraform output -raw backend_hcl > ../backend.hcl"
  value       = local.backend_hcl
}

output "state_bucket" {
  description = "Bucket that holds the states."
  value       = aws_s3_bucket.this["state"].id
}

output "deploy_role_arns" {
  description = "ARN of the role that deploys, by environment: the variable AWS_ROLE_ARN of the GitHub environment."
  value       = module.github.deploy_role_arns
}

output "plan_role_arn" {
  description = "ARN of the role with which pull requests plan and drift is looked for: the variable AWS_PLAN_ROLE_ARN_<ENVIRONMENT> of the repository. It reads no secret, so plan by -refresh=false -lock=false."
  value       = module.github.plan_role_arn
}

output "release_role_arn" {
  description = "ARN of the role with which releases push images: the variable AWS_RELEASE_ROLE_ARN of the repository."
  value       = module.github.release_role_arn
}
