variable "name" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "readers" {
  description = "Read replicas beside the writer."
  type        = number
}
