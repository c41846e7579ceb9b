# moto forgets what is protected in logs, and half of a rule.
resource "aws_wafv2_web_acl" "this" {
  lifecycle {
    ignore_changes = [data_protection_config, rule]
  }
}
