locals {
  services = toset(flatten([for services in values(local.readers) : [for service in services : service]]))

  arns_by_service = {
    for service in local.services : service => [
      for key, services in local.readers : aws_secretsmanager_secret.this[key].arn if contains(services, service)
    ]
  }
}

output "arns" {
  description = "ARN of each secret, by its name without the environment."
  value       = { for key, secret in aws_secretsmanager_secret.this : key => secret.arn }
}

output "names" {
  description = "Name of each secret, by the same without the environment."
  value       = { for key, secret in aws_secretsmanager_secret.this : key => secret.name }
}

output "arns_by_service" {
  description = "ARNs of the secrets that each service reads."
  value       = local.arns_by_service
}

output "policies" {
  description = "Policy for each service's role: it reads its own secrets. And for `migrate`, which makes every service's user."
  value = {
    for reader, arns in merge(local.arns_by_service, {
      migrate = concat([for service in keys(var.database_users) : aws_secretsmanager_secret.this["database/${service}"].arn], [var.database_owner_secret_arn])
      }) : reader => jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Effect   = "Allow"
          Action   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
          Resource = arns
        },
        {
          Effect   = "Allow"
          Action   = "kms:Decrypt"
          Resource = reader == "migrate" ? [aws_kms_key.this.arn, var.database_owner_key_arn] : [aws_kms_key.this.arn]
          # The key opens nothing but these secrets, and only for Secrets Manager.
          Condition = {
            StringEquals               = { "kms:ViaService" = "secretsmanager.${local.region}.amazonaws.com" }
            "ForAnyValue:StringEquals" = { "kms:EncryptionContext:SecretARN" = arns }
          }
        },
      ]
    })
  }
}

output "kms_key_arn" {
  description = "Key of the secrets."
  value       = aws_kms_key.this.arn
}
