output "rotator_name" {
  description = "The name of the rotator, for the commands and in the dimension of its metrics."
  value       = aws_cloudformation_stack.rotator.outputs["RotatorName"]
}

output "secret_prefix" {
  description = "A credential's token is in the secret <prefix>/<credential>/token."
  value       = aws_cloudformation_stack.rotator.outputs["SecretPrefix"]
}

output "function_name" {
  description = "The function, to invoke it."
  value       = aws_cloudformation_stack.rotator.outputs["FunctionName"]
}

output "log_group_name" {
  description = "The log of the function."
  value       = aws_cloudformation_stack.rotator.outputs["LogGroupName"]
}
