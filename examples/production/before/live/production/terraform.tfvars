environment = "prod"
region      = "eu-central-1"

services = {
  catalogue = { port = 8080, tasks = 4 }
  checkout  = { port = 8081, tasks = 6 }
}
