terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

locals {
  archives = fileset(var.artifacts, "*.zip")

  # The template has a default for each that is null.
  parameters = {
    CodeBucket       = var.code_bucket
    CodePrefix       = var.code_prefix
    RotatorName      = var.rotator_name
    AlarmEmail       = var.alarm_email
    AlarmTopicArn    = var.alarm_topic_arn
    KeyArn           = var.key_arn
    LogRetentionDays = var.log_retention_days
  }
}

# Each name contains a digest of the file, so a new version is a new object.
resource "aws_s3_object" "code" {
  for_each = local.archives

  bucket = var.code_bucket
  key    = "${var.code_prefix}${each.value}"
  source = "${var.artifacts}/${each.value}"

  # The stack still needs the old version while it is updated, and if the update is rolled back.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudformation_stack" "rotator" {
  name          = var.stack_name
  template_body = file("${var.artifacts}/template.json")
  capabilities  = ["CAPABILITY_IAM"]
  parameters    = { for name, value in local.parameters : name => value if value != null }

  depends_on = [aws_s3_object.code]
}
