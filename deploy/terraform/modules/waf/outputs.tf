output "arn" {
  description = "ARN of the web ACL."
  value       = aws_wafv2_web_acl.this.arn
}

output "web_acl_name" {
  description = "Name of the web ACL, by which CloudWatch keeps its metrics."
  value       = aws_wafv2_web_acl.this.name
}

output "log_group_name" {
  description = "Log group of the requests that a rule blocked or counted."
  value       = aws_cloudwatch_log_group.this.name
}
