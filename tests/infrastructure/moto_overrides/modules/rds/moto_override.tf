# moto forgets where a parameter comes from, so the provider finds none that a person set.
resource "aws_db_parameter_group" "this" {
  lifecycle {
    ignore_changes = [parameter]
  }
}

# It forgets these, too.
resource "aws_db_instance" "this" {
  lifecycle {
    ignore_changes = [
      database_insights_mode,
      network_type,
      performance_insights_enabled,
      performance_insights_kms_key_id,
      performance_insights_retention_period,
    ]
  }
}
