locals {
  tags = {
    Project     = var.project
    Environment = "production"
    ManagedBy   = "terraform"
    Repository  = var.repository
  }
}

provider "aws" {
  region = var.region

  default_tags { tags = local.tags }
}

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"

  default_tags { tags = local.tags }
}

provider "aws" {
  alias  = "replica"
  region = var.replica_region

  default_tags { tags = local.tags }
}
