variable "environment" {
  description = "Name of the environment; part of the names of everything in it."
  type        = string
}

variable "region" {
  type = string
}

variable "services" {
  description = "What runs in the cluster, by name."
  type = map(object({
    port  = number
    tasks = number
  }))
}
