terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"

      # us_east_1: where CloudFront finds its certificate and its firewall. replica: the second region,
      # where copies of backups and images are kept.
      configuration_aliases = [aws.us_east_1, aws.replica]
    }
  }
}
