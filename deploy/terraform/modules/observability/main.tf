data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  arn        = "arn:${data.aws_partition.current.partition}"
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.name

  # What every definition may leave out. `share_of` makes the figure a percentage of another metric,
  # counted when that one is large enough to tell.
  usual = {
    statistic  = "Average"
    comparison = "GreaterThanThreshold"
    period     = 300
    periods    = 1
    missing    = "notBreaching"
    share_of   = null
  }

  alarms = {
    for key, alarm in merge(
      local.database_alarms, local.valkey_alarms, local.load_balancer_alarms, local.cluster_alarms,
      local.network_alarms, local.web_acl_alarms.regional, local.certificate_alarms.regional,
    ) : key => merge(local.usual, alarm)
  }
  # CloudFront, its web ACL and its certificate are measured in us-east-1, and an alarm reads and tells
  # in its own region alone.
  edge_alarms = {
    for key, alarm in merge(
      local.distribution_alarms, local.web_acl_alarms.edge, local.certificate_alarms.edge,
    ) : key => merge(local.usual, alarm)
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.what} First: ${each.value.first}"
  alarm_actions       = [aws_sns_topic.this[each.value.severity].arn]
  ok_actions          = [aws_sns_topic.this[each.value.severity].arn]
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.periods
  treat_missing_data  = each.value.missing

  namespace          = each.value.share_of == null ? each.value.namespace : null
  metric_name        = each.value.share_of == null ? each.value.metric : null
  dimensions         = each.value.share_of == null ? each.value.dimensions : null
  period             = each.value.share_of == null ? each.value.period : null
  statistic          = each.value.share_of == null && !startswith(each.value.statistic, "p") ? each.value.statistic : null
  extended_statistic = each.value.share_of == null && startswith(each.value.statistic, "p") ? each.value.statistic : null

  dynamic "metric_query" {
    for_each = each.value.share_of == null ? {} : { part = each.value.metric, whole = each.value.share_of }
    content {
      id = metric_query.key

      metric {
        namespace   = each.value.namespace
        metric_name = metric_query.value
        dimensions  = each.value.dimensions
        period      = each.value.period
        stat        = "Sum"
      }
    }
  }

  dynamic "metric_query" {
    for_each = each.value.share_of == null ? [] : [1]
    content {
      id          = "share"
      label       = "${each.value.metric} in percent"
      expression  = "IF(whole > 50, 100 * FILL(part, 0) / whole, 0)"
      return_data = true
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "edge" {
  for_each = local.edge_alarms
  provider = aws.us_east_1

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.what} First: ${each.value.first}"
  alarm_actions       = [aws_sns_topic.edge[each.value.severity].arn]
  ok_actions          = [aws_sns_topic.edge[each.value.severity].arn]
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.periods
  treat_missing_data  = each.value.missing
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  period              = each.value.period
  statistic           = each.value.statistic
}
