# What is built for publishing. Tests are `go test ./...`.
VERSION ?= $(shell git describe --tags --always --dirty)
RELEASE = go run ./tools/release -version $(VERSION)

.PHONY: release lambda binaries image
release: ## everything, with checksums and bills of materials, in dist/
	$(RELEASE)
lambda: ## dist/lambda/bootstrap, which template.yaml deploys
	$(RELEASE) lambda
binaries:
	$(RELEASE) binaries
image:
	$(RELEASE) image
