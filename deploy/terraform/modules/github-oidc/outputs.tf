output "provider_arn" {
  description = "ARN of the account's OIDC provider for GitHub."
  value       = local.provider_arn
}

output "deploy_role_arns" {
  description = "ARN of the role that deploys, by environment: role-to-assume of its workflow."
  value       = { for name in var.environments : name => aws_iam_role.ci["deploy-${name}"].arn }
}

output "plan_role_arn" {
  description = "ARN of the role with which pull requests plan and the default branch looks for drift."
  value       = aws_iam_role.ci["plan"].arn
}

output "release_role_arn" {
  description = "ARN of the role with which releases push images."
  value       = aws_iam_role.ci["release"].arn
}
