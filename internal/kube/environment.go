package kube

import "strings"

// environments are names of folders by which people tell clusters apart.
var environments = map[string]bool{
	"prod": true, "production": true, "prd": true, "live": true, "staging": true, "stage": true, "stg": true, "dev": true,
	"development": true, "qa": true, "uat": true, "test": true, "sandbox": true, "preprod": true, "pre-prod": true, "preview": true,
	"canary": true, "integration": true, "int": true, "dr": true, "local": true,
}

// environmentFolders hold one folder for each environment.
var environmentFolders = map[string]bool{"clusters": true, "cluster": true, "environments": true, "envs": true, "overlays": true}

// environment is the part of a path that names a cluster, "" where none does:
// the same object in two of them is two objects.
func environment(root string) string {
	parts := strings.Split(root, "/")
	var found []string
	for i, part := range parts {
		if environments[strings.ToLower(part)] || i > 0 && environmentFolders[parts[i-1]] {
			found = append(found, part)
		}
	}
	return strings.Join(found, "/")
}
