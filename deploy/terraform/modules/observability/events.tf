# What AWS tells as events instead of figures.
locals {
  event_rules = merge(
    length(var.databases) == 0 ? {} : {
      database-events = {
        description = "A database failed over, failed, or is low on storage"
        severity    = "page"
        first       = "tradewind verify, once the database answers; then read the event's message for the cause."
        pattern = {
          source      = ["aws.rds"]
          detail-type = ["RDS DB Instance Event"]
          detail = {
            EventCategories  = ["failover", "failure", "low storage"]
            SourceIdentifier = sort([for database in values(var.databases) : database.identifier])
          }
        }
      }
    },
    var.backups ? {
      backup-failed = {
        description = "A backup did not complete"
        severity    = "page"
        first       = "read statusMessage; start the backup by hand today, for yesterday's is the newest there is."
        pattern     = { source = ["aws.backup"], detail-type = ["Backup Job State Change"], detail = { state = ["FAILED", "EXPIRED", "ABORTED"] } }
      }
      backup-copy-failed = {
        description = "A backup did not reach the second region"
        severity    = "warn"
        first       = "read statusMessage; most often a key's policy. The copy is tried again with the next backup."
        pattern     = { source = ["aws.backup"], detail-type = ["Copy Job State Change"], detail = { state = ["FAILED"] } }
      }
    } : {},
    var.guardduty ? {
      guardduty = {
        description = "GuardDuty found something severe"
        severity    = "page"
        first       = "open the finding; if it names a key or role, disable that before reading on."
        pattern     = { source = ["aws.guardduty"], detail-type = ["GuardDuty Finding"], detail = { severity = [{ numeric = [">=", 7] }] } }
      }
    } : {},
  )
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.event_rules

  name          = "${var.name}-${each.key}"
  description   = each.value.description
  event_pattern = jsonencode(each.value.pattern)
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.event_rules

  rule = aws_cloudwatch_event_rule.this[each.key].name
  arn  = aws_sns_topic.this[each.value.severity].arn

  input_transformer {
    input_paths    = { detail = "$.detail", time = "$.time" }
    input_template = "{\"what\": ${jsonencode("${var.name}: ${each.value.description}. First: ${each.value.first}")}, \"at\": <time>, \"detail\": <detail>}"
  }
}

resource "aws_guardduty_detector" "this" {
  #checkov:skip=CKV2_AWS_3: It watches this account and region; an organization has its own way.
  count = var.guardduty ? 1 : 0

  enable                       = true
  finding_publishing_frequency = "FIFTEEN_MINUTES"
}
