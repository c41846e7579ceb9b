output "zone_id" {
  description = "Hosted zone that the records are in."
  value       = local.zone_id
}

output "name_servers" {
  description = "Name servers that the registrar must name for the domain."
  value       = local.name_servers
}

output "hosts" {
  description = "The names, by key."
  value       = var.hosts
}

output "certificate_arn" {
  description = "Valid certificate of the region, for all hosts: for the load balancer."
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "edge_certificate_arn" {
  description = "Valid certificate of us-east-1 for the hosts of the edge: for CloudFront."
  value       = aws_acm_certificate_validation.edge.certificate_arn
}

output "ds_record" {
  description = "Record that the registrar must be given when the zone is signed; null when it is not."
  value       = one(aws_route53_key_signing_key.this[*].ds_record)
}
