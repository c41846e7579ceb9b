output "topic_arns" {
  description = "Topics of the region, by severity."
  value       = { for severity, topic in aws_sns_topic.this : severity => topic.arn }
}

output "edge_topic_arns" {
  description = "Topics of us-east-1, by severity."
  value       = { for severity, topic in aws_sns_topic.edge : severity => topic.arn }
}

output "log_group_names" {
  description = "Log groups of the application."
  value       = { for key, group in aws_cloudwatch_log_group.this : key => group.name }
}

output "alarm_names" {
  description = "Every alarm, those of us-east-1 included."
  value = sort(concat(
    [for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.edge : alarm.alarm_name],
  ))
}
