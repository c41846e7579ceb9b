# moto's Backup has vaults, locks and plans, and neither policies of vaults nor what a plan selects.

resource "aws_backup_vault_policy" "this" {
  count = 0
}

resource "aws_backup_vault_policy" "replica" {
  count = 0
}

resource "aws_backup_selection" "this" {
  count = 0
}

# It forgets tags.

resource "aws_backup_plan" "this" {
  lifecycle {
    ignore_changes = [tags, tags_all]
  }
}

resource "aws_backup_vault" "this" {
  lifecycle {
    ignore_changes = [tags, tags_all]
  }
}

resource "aws_backup_vault" "replica" {
  lifecycle {
    ignore_changes = [tags, tags_all]
  }
}
