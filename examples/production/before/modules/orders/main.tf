resource "aws_db_subnet_group" "orders" {
  name       = "${var.name}-orders"
  subnet_ids = var.subnet_ids
}

resource "aws_rds_cluster" "orders" {
  cluster_identifier          = "${var.name}-orders"
  engine                      = "aurora-postgresql"
  engine_version              = "15.4"
  database_name               = "orders"
  master_username             = "orders"
  manage_master_user_password = true
  db_subnet_group_name        = aws_db_subnet_group.orders.name
  backup_retention_period     = 14
  skip_final_snapshot         = true
}

resource "aws_rds_cluster_instance" "orders" {
  count = 1 + var.readers

  identifier         = "${var.name}-orders-${count.index}"
  cluster_identifier = aws_rds_cluster.orders.id
  engine             = aws_rds_cluster.orders.engine
  instance_class     = "db.r6g.large"
}

resource "aws_s3_bucket" "invoices" {
  bucket = "${var.name}-invoices"
}

resource "aws_s3_bucket_versioning" "invoices" {
  bucket = aws_s3_bucket.invoices.id

  versioning_configuration {
    status = "Enabled"
  }
}
