terraform {
  required_version = "~> 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.46"
    }
  }

  backend "s3" {
    bucket = "shop-terraform-state"
    key    = "production.tfstate"
    region = "eu-central-1"
  }
}

provider "aws" {
  region = var.region
}

locals {
  name          = "shop-${var.environment}"
  is_production = var.environment == "prod"
}

data "aws_vpc" "main" {
  tags = { Name = "shop" }
}

data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.main.id]
  }
}

module "orders" {
  source = "../../modules/orders"

  name       = local.name
  subnet_ids = data.aws_subnets.private.ids
  readers    = local.is_production ? 2 : 0
}

module "service" {
  source   = "../../modules/service"
  for_each = var.services

  name       = "${local.name}-${each.key}"
  vpc_id     = data.aws_vpc.main.id
  subnet_ids = data.aws_subnets.private.ids
  port       = each.value.port
  tasks      = each.value.tasks
}
