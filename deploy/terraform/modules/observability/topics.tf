locals {
  severities = toset(["page", "warn"])

  # Each subscriber by the topic's name and its own.
  subscriptions = merge([
    for severity in local.severities : {
      for to in var.subscribers[severity] : "${severity}/${to}" => {
        severity = severity
        protocol = startswith(to, "https://") ? "https" : "email"
        endpoint = to
      }
    }
  ]...)

  publishers = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com", "costalerts.amazonaws.com", "events.amazonaws.com"]

  topic_policies = {
    for arn in concat([for topic in aws_sns_topic.this : topic.arn], [for topic in aws_sns_topic.edge : topic.arn]) : arn => jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "ServicesOfThisAccountPublish"
          Effect    = "Allow"
          Action    = "sns:Publish"
          Resource  = arn
          Principal = { Service = local.publishers }
          Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
        },
        {
          Sid       = "NobodyWithoutTls"
          Effect    = "Deny"
          Action    = "sns:Publish"
          Resource  = arn
          Principal = "*"
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ]
    })
  }
}

resource "aws_sns_topic" "this" {
  for_each = local.severities

  name              = "${var.name}-${each.key}"
  kms_master_key_id = aws_kms_key.this.id
}

resource "aws_sns_topic" "edge" {
  for_each = local.severities
  provider = aws.us_east_1

  name              = "${var.name}-${each.key}-edge"
  kms_master_key_id = aws_kms_key.edge.id
}

resource "aws_sns_topic_policy" "this" {
  for_each = local.severities

  arn    = aws_sns_topic.this[each.key].arn
  policy = local.topic_policies[aws_sns_topic.this[each.key].arn]
}

resource "aws_sns_topic_policy" "edge" {
  for_each = local.severities
  provider = aws.us_east_1

  arn    = aws_sns_topic.edge[each.key].arn
  policy = local.topic_policies[aws_sns_topic.edge[each.key].arn]
}

resource "aws_sns_topic_subscription" "this" {
  for_each = local.subscriptions

  topic_arn              = aws_sns_topic.this[each.value.severity].arn
  protocol               = each.value.protocol
  endpoint               = each.value.endpoint
  endpoint_auto_confirms = each.value.protocol == "https"
}

resource "aws_sns_topic_subscription" "edge" {
  for_each = local.subscriptions
  provider = aws.us_east_1

  topic_arn              = aws_sns_topic.edge[each.value.severity].arn
  protocol               = each.value.protocol
  endpoint               = each.value.endpoint
  endpoint_auto_confirms = each.value.protocol == "https"
}
