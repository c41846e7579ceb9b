mock_provider "aws" {
  override_during = plan

  override_data {
    target = data.aws_caller_identity.current
    values = { account_id = "111122223333" }
  }
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws" }
  }
  override_data {
    target = data.aws_region.current
    values = { name = "eu-central-1" }
  }
  override_resource {
    target = aws_sns_topic.this["page"]
    values = { arn = "arn:aws:sns:eu-central-1:111122223333:page" }
  }
  override_resource {
    target = aws_sns_topic.this["warn"]
    values = { arn = "arn:aws:sns:eu-central-1:111122223333:warn" }
  }
  override_resource {
    target = aws_kms_key.this
    values = { arn = "arn:aws:kms:eu-central-1:111122223333:key/logs" }
  }
}

mock_provider "aws" {
  alias           = "us_east_1"
  override_during = plan

  override_resource {
    target = aws_sns_topic.edge["page"]
    values = { arn = "arn:aws:sns:us-east-1:111122223333:page" }
  }
  override_resource {
    target = aws_sns_topic.edge["warn"]
    values = { arn = "arn:aws:sns:us-east-1:111122223333:warn" }
  }
  override_resource {
    target = aws_ce_anomaly_monitor.this
    values = { arn = "arn:aws:ce::111122223333:anomalymonitor/1" }
  }
}

variables {
  name = "tradewind-staging"
  subscribers = {
    page = ["oncall@example.com", "https://events.example.com/page"]
    warn = ["team@example.com"]
  }
  databases = {
    primary = { identifier = "tradewind-staging", storage_gib = 100, connections_max = 200 }
    replica = { identifier = "tradewind-staging-replica", storage_gib = 100, connections_max = 200, is_replica = true }
  }
  valkey_cluster_ids = { first = "tradewind-staging-001" }
  load_balancers     = { ingress = "app/tradewind/0123456789abcdef" }
  distributions      = { app = "E1" }
  web_acls = {
    edge    = { name = "tradewind-staging-cloudfront", scope = "CLOUDFRONT" }
    ingress = { name = "tradewind-staging-regional", scope = "REGIONAL" }
  }
  cluster_names     = { main = "tradewind-staging" }
  nat_gateway_ids   = { a = "nat-1" }
  certificates      = { hosts = "arn:aws:acm:eu-central-1:111122223333:certificate/1" }
  edge_certificates = { hosts = "arn:aws:acm:us-east-1:111122223333:certificate/2" }
  budget_usd        = 500
  cost_anomaly_usd  = 50
  guardduty         = true
}

run "every_alarm_says_what_to_do_first_and_tells_somebody" {
  command = plan

  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.this), values(aws_cloudwatch_metric_alarm.edge)) :
      can(regex("\\. First: \\S.{20,}\\.$", alarm.alarm_description)) && length(alarm.alarm_description) <= 1024
    ])
    error_message = "A description is what happened, then the first thing to do."
  }
  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.this), values(aws_cloudwatch_metric_alarm.edge)) :
      length(alarm.alarm_actions) == 1 && alarm.ok_actions == alarm.alarm_actions
    ])
    error_message = "Each alarm tells one topic when it begins and when it ends."
  }
  assert {
    condition     = alltrue([for target in aws_cloudwatch_event_target.this : strcontains(target.input_transformer[0].input_template, "First: ")])
    error_message = "Events say what to do first, too."
  }
}

run "what_stops_trading_pages" {
  command = plan

  assert {
    condition = alltrue([
      for key in [
        "database-primary-storage", "database-primary-connections", "database-primary-transaction-ids", "load-balancer-ingress-errors",
        "load-balancer-ingress-unreachable", "load-balancer-ingress-latency", "cluster-main-nodes", "nat-a-ports", "certificate-regional-hosts-expires",
      ] : aws_cloudwatch_metric_alarm.this[key].alarm_actions == toset(["arn:aws:sns:eu-central-1:111122223333:page"])
    ])
    error_message = "These wake somebody."
  }
  assert {
    condition = alltrue([
      for key in ["cdn-app-errors", "certificate-edge-hosts-expires"] :
      aws_cloudwatch_metric_alarm.edge[key].alarm_actions == toset(["arn:aws:sns:us-east-1:111122223333:page"])
    ])
    error_message = "CloudFront's alarms tell the topic of us-east-1, for an alarm tells in its own region alone."
  }
  assert {
    condition     = alltrue([for key in ["database-primary-cpu", "valkey-first-evictions", "web-acl-ingress-blocked", "database-replica-lag"] : aws_cloudwatch_metric_alarm.this[key].alarm_actions == toset(["arn:aws:sns:eu-central-1:111122223333:warn"])])
    error_message = "What waits until the morning does not page."
  }
}

run "thresholds_follow_the_size_of_the_database" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["database-primary-storage"].threshold == 15 * 1024 * 1024 * 1024
    error_message = "15 % of 100 GiB."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["database-primary-connections"].threshold == 160
    error_message = "80 % of 200 connections."
  }
  assert {
    condition     = !contains(keys(aws_cloudwatch_metric_alarm.this), "database-primary-lag") && contains(keys(aws_cloudwatch_metric_alarm.this), "database-replica-lag")
    error_message = "Only a replica lags."
  }
}

run "silence_of_the_cluster_is_an_alarm" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["cluster-main-metrics"].treat_missing_data == "breaching"
    error_message = "No figures at all mean that nobody watches."
  }
}

run "failures_are_a_share_of_requests" {
  command = plan

  assert {
    condition = one([
      for q in aws_cloudwatch_metric_alarm.this["load-balancer-ingress-errors"].metric_query : q.expression if q.return_data == true
    ]) == "IF(whole > 50, 100 * FILL(part, 0) / whole, 0)"
    error_message = "A share of few requests tells nothing and pages nobody."
  }
}

run "failed_backups_and_failovers_are_told" {
  command = plan

  assert {
    condition = (
      contains(jsondecode(aws_cloudwatch_event_rule.this["backup-failed"].event_pattern).detail.state, "FAILED") &&
      contains(jsondecode(aws_cloudwatch_event_rule.this["database-events"].event_pattern).detail.EventCategories, "failover") &&
      aws_cloudwatch_event_target.this["backup-failed"].arn == "arn:aws:sns:eu-central-1:111122223333:page"
    )
    error_message = "A backup that failed and a failover page."
  }
}

run "topics_are_encrypted_and_only_this_account_publishes" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.edge.enable_key_rotation
    error_message = "Keys rotate."
  }
  assert {
    condition = alltrue([
      for policy in concat(values(aws_sns_topic_policy.this), values(aws_sns_topic_policy.edge)) : alltrue([
        for s in jsondecode(policy.policy).Statement : s.Condition.StringEquals["aws:SourceAccount"] == "111122223333" if s.Effect == "Allow"
      ])
    ])
    error_message = "Services publish in the name of this account alone."
  }
  assert {
    condition     = length(aws_sns_topic_subscription.this) == 3 && length(aws_sns_topic_subscription.edge) == 3
    error_message = "Everybody is subscribed in both regions."
  }
  assert {
    condition     = aws_sns_topic_subscription.this["page/https://events.example.com/page"].protocol == "https" && aws_sns_topic_subscription.this["page/oncall@example.com"].protocol == "email"
    error_message = "An address is taken for what it is."
  }
}

run "logs_are_encrypted_and_end" {
  command = plan

  variables {
    log_groups = { services = 30 }
  }

  assert {
    condition     = aws_cloudwatch_log_group.this["services"].retention_in_days == 30 && aws_cloudwatch_log_group.this["services"].kms_key_id == aws_kms_key.this.arn
    error_message = "Each group has an end and our key."
  }
}

run "cost_is_told_before_the_month_is_over" {
  command = plan

  assert {
    condition     = toset([for n in aws_budgets_budget.this[0].notification : "${n.notification_type} ${n.threshold}"]) == toset(["ACTUAL 80", "ACTUAL 100", "FORECASTED 100"])
    error_message = "At 80 %, at 100 %, and when the forecast passes the budget."
  }
  assert {
    condition     = one(aws_ce_anomaly_subscription.this[0].threshold_expression[0].dimension).values == toset(["50"])
    error_message = "Unusual cost is told from the sum that was said."
  }
}

run "nothing_is_watched_that_is_not_there" {
  command = plan

  variables {
    databases          = {}
    valkey_cluster_ids = {}
    load_balancers     = {}
    distributions      = {}
    web_acls           = {}
    cluster_names      = {}
    nat_gateway_ids    = {}
    certificates       = {}
    edge_certificates  = {}
    backups            = false
    budget_usd         = null
    cost_anomaly_usd   = null
    guardduty          = false
  }

  assert {
    condition     = length(output.alarm_names) == 0 && length(aws_cloudwatch_event_rule.this) == 0 && length(aws_budgets_budget.this) == 0 && length(aws_guardduty_detector.this) == 0
    error_message = "Without anything to watch there is no alarm, rule, budget or detector."
  }
}

run "an_alarm_that_nobody_hears_is_refused" {
  command = plan

  variables {
    subscribers = { page = [], warn = [] }
  }

  expect_failures = [var.subscribers]
}

run "logs_without_end_are_refused" {
  command = plan

  variables {
    log_groups = { services = 0 }
  }

  expect_failures = [var.log_groups]
}

run "a_whole_arn_is_no_end_of_one" {
  command = plan

  variables {
    load_balancers = { ingress = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/x/1" }
  }

  expect_failures = [var.load_balancers]
}

run "a_budget_of_nothing_is_refused" {
  command = plan

  variables {
    budget_usd = 0
  }

  expect_failures = [var.budget_usd]
}
