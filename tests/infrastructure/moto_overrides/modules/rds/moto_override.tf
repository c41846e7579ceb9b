# moto forgets where a parameter comes from, so the provider finds none that a person set.
resource "aws_db_parameter_group" "this" {
  lifecycle {
    ignore_changes = [parameter]
  }
}

# The authority of its certificate is set when the database stands, and the provider waits as long
# again. The rest it forgets.
resource "aws_db_instance" "this" {
  ca_cert_identifier = null

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
