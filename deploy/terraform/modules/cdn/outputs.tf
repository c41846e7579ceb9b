output "distribution_id" {
  description = "Distribution, for invalidations and metrics."
  value       = aws_cloudfront_distribution.this.id
}

output "distribution_arn" {
  description = "ARN of the distribution."
  value       = aws_cloudfront_distribution.this.arn
}

output "alias" {
  description = "Where the hosts lead: name and zone for an alias record."
  value = {
    dns_name = aws_cloudfront_distribution.this.domain_name
    zone_id  = aws_cloudfront_distribution.this.hosted_zone_id
  }
}

output "web_bucket" {
  description = "Bucket that the build of the web terminal is copied into."
  value       = aws_s3_bucket.web.id
}

output "web_bucket_arn" {
  description = "ARN of that bucket, for the policy of who deploys."
  value       = aws_s3_bucket.web.arn
}

output "log_bucket" {
  description = "Bucket that holds the access logs."
  value       = aws_s3_bucket.logs.id
}
