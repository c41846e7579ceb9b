output "registry" {
  description = "Address of the registry, without the images' names."
  value       = split("/", values(aws_ecr_repository.this)[0].repository_url)[0]
}

output "repository_urls" {
  description = "Address of each image, without a tag."
  value       = { for image, repository in aws_ecr_repository.this : image => repository.repository_url }
}

output "repository_arns" {
  description = "ARN of each repository."
  value       = { for image, repository in aws_ecr_repository.this : image => repository.arn }
}

output "key_arn" {
  description = "Key that encrypts the images."
  value       = aws_kms_key.this.arn
}
