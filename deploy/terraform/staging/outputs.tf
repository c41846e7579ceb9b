output "helm_values" {
  description = "What the Helm chart must know of this environment, as a file of values: terraform output -raw helm_values > values-aws.yaml"
  value       = module.platform.helm_values
}

output "cluster_name" {
  description = "Name of the cluster: aws eks update-kubeconfig --name <it>."
  value       = module.platform.cluster_name
}

output "controller_role_arns" {
  description = "Role of each controller that runs beside the platform (external-dns and others), for the values of its chart."
  value       = module.platform.controller_role_arns
}

output "url" {
  description = "Where the terminal is."
  value       = module.platform.url
}

output "name_servers" {
  description = "Name servers that the registrar must name for the domain, if the zone is made here."
  value       = module.platform.name_servers
}

output "web_bucket" {
  description = "Bucket that the build of the web terminal is copied into."
  value       = module.platform.web_bucket
}

output "distribution_id" {
  description = "CloudFront distribution, to invalidate after a new build."
  value       = module.platform.distribution_id
}

output "nat_addresses" {
  description = "Addresses that the rest of the world sees, for allow-lists of brokers."
  value       = module.platform.nat_addresses
}
