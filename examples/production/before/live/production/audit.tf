# Required by the auditors, in production only.
resource "aws_cloudtrail" "audit" {
  count = local.is_production ? 1 : 0

  name           = "shop-audit"
  s3_bucket_name = aws_s3_bucket.audit[0].id
}

resource "aws_s3_bucket" "audit" {
  count = local.is_production ? 1 : 0

  bucket = "shop-audit-trail"
}
