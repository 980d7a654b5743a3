module github.com/holdpoint-dev/holdpoint

go 1.26
