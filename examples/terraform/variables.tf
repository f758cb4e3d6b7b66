variable "artifacts" {
  description = "The directory that `npm run template` wrote: template.json and the zip files."
  type        = string
}

variable "code_bucket" {
  description = "An S3 bucket in the Region of the stack."
  type        = string
}

variable "code_prefix" {
  description = "The prefix of the zip files' keys in the bucket, with a slash at its end."
  type        = string
  default     = "ims-token-rotator/"
}

variable "stack_name" {
  description = "The name of the CloudFormation stack."
  type        = string
  default     = "ims-token-rotator"
}

variable "rotator_name" {
  description = "The name of the rotator, in its metrics and in the names of its secrets."
  type        = string
  default     = null
}

variable "alarm_email" {
  description = "The address to mail alarms to. Not with alarm_topic_arn."
  type        = string
  default     = null
}

variable "alarm_topic_arn" {
  description = "The topic to send alarms to. Not with alarm_email."
  type        = string
  default     = null
}

variable "key_arn" {
  description = "The customer managed key of the secrets."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days to keep logs."
  type        = number
  default     = null
}
