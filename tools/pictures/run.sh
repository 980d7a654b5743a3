#!/usr/bin/env bash
# Renders reports to tools/pictures/out and measures them; see README.md.
set -euo pipefail
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
go test -count=1 -timeout 20m . -pictures "${1:-out}"
