# moto forgets what is protected in logs, and half of a rule. Without rules there is nothing to compare,
# which would take half of the test's time: their type holds itself many times over.
resource "aws_wafv2_web_acl" "this" {
  lifecycle {
    ignore_changes = [data_protection_config]
  }

  dynamic "rule" {
    for_each = {}
    content {
      name     = rule.key
      priority = 0
      statement {}
      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.key
        sampled_requests_enabled   = true
      }
    }
  }
}
