# moto obeys the policies of buckets without reading their conditions: what they deny to some, it denies
# to all. What admits the logs stays.
locals {
  only_over_tls = {
    for use, name in local.buckets : use => {
      Sid       = "OnlyOverTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = "arn:${local.partition}:s3:::another-bucket"
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = { access = aws_s3_bucket.this["access"] }
}

# It writes the log of an access at once, also of those that take the bucket of states away; AWS hours
# later. So the bucket of the log is never found empty.
resource "aws_s3_bucket" "this" {
  force_destroy = each.key == "access"
}
