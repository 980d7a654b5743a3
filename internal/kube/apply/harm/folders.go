package harm

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

const postgresData = "/var/lib/postgresql/data"

// folders are variables of images that name the folder of the data, with the
// value that holds where none is given, by a part of the image's name: the
// images' own documentation on Docker Hub, quay.io and ghcr.io.
var folders = map[string]map[string]string{
	"PGDATA":                        {"postgres": postgresData, "timescale": postgresData, "postgis": postgresData},
	"POSTGRESQL_DATA_DIR":           {"postgresql": "/bitnami/postgresql/data"},
	"POSTGRESQL_VOLUME_DIR":         {"postgresql": "/bitnami/postgresql"},
	"MYSQL_DATA_DIR":                nil,
	"MYSQL_DATADIR":                 nil,
	"MARIADB_DATA_DIR":              nil,
	"MARIADB_VOLUME_DIR":            nil,
	"MONGODB_DATA_DIR":              nil,
	"MONGODB_VOLUME_DIR":            nil,
	"REDIS_DATA_DIR":                nil,
	"VALKEY_DATA_DIR":               nil,
	"CASSANDRA_DATA_DIR":            nil,
	"ETCD_DATA_DIR":                 nil,
	"RABBITMQ_MNESIA_BASE":          nil,
	"RABBITMQ_MNESIA_DIR":           nil,
	"KAFKA_LOG_DIRS":                nil,
	"KAFKA_CFG_LOG_DIRS":            nil,
	"KAFKA_DATA_DIR":                nil,
	"ZOO_DATA_DIR":                  nil,
	"ELASTICSEARCH_DATA_DIR_LIST":   nil,
	"path.data":                     nil,
	"NEO4J_dbms_directories_data":   nil,
	"NEO4J_server_directories_data": nil,
	"INFLUXDB_DATA_DIR":             nil,
	"INFLUXD_ENGINE_PATH":           nil,
	"INFLUXD_BOLT_PATH":             nil,
	"GF_PATHS_DATA":                 {"grafana": "/var/lib/grafana"},
	"GITEA_WORK_DIR":                nil,
	"FORGEJO_WORK_DIR":              nil,
	"VAULT_RAFT_PATH":               nil,
	"CONSUL_DATA_DIR":               nil,
	"MINIO_VOLUMES":                 nil,
	"MINIO_DATA_DIR":                nil,
	"NATS_STORE_DIR":                nil,
	"QDRANT__STORAGE__STORAGE_PATH": nil,
	"MEILI_DB_PATH":                 nil,
	"PERSISTENCE_DATA_PATH":         nil,
	"CLICKHOUSE_DATA_DIR":           nil,
	"SONARQUBE_DATA_DIR":            nil,
	"JENKINS_HOME":                  {"jenkins": "/var/jenkins_home"},
	"NEXUS_DATA":                    {"nexus": "/nexus-data"},
	"N8N_USER_FOLDER":               nil,
	"DATA_DIR":                      nil,
	"DATADIR":                       nil,
	"DATA_FOLDER":                   nil,
	"DATA_PATH":                     nil,
}

// folderFlags name the folder of the data on command lines: mysqld, mongod,
// etcd, Prometheus, VictoriaMetrics, Elasticsearch, Redis, Consul, NATS, InfluxDB.
var folderFlags = []string{
	"--datadir", "--dbpath", "--data-dir", "-data-dir", "--storage.tsdb.path", "-storageDataPath", "--storageDataPath",
	"--data", "--path.data", "--dir", "-store_dir", "--store_dir", "--data-path", "--data_path", "--db-path",
	"--storage.path", "--log.dirs", "--tsdb.path", "--engine-path", "--bolt-path", "-D", "--store", "--basepath",
}

// dataFolders: the arguments or variables of a container with lasting data name
// another folder for it, where it starts with none.
func (c *change) dataFolders(path plan.Path, old, next map[string]any) {
	before, after := c.mounts(old, c.old), c.mounts(next, c.next)
	for i, item := range object.ListAt(next, "containers") {
		now := object.MapAt(item)
		name := object.TextAt(now, "name")
		was := named(object.ListAt(old, "containers"), name)
		if was == nil || !slices.ContainsFunc(before, func(m mounted) bool { return m.container == name && m.lasts() }) {
			continue
		}
		compare := func(field, word, b, a string) {
			at := volumePath(after, name, a)
			sameData := at != "" && at == volumePath(before, name, b)
			if b == a || sameData || !keepsData(before, name, b, a) {
				return
			}
			c.maybe(plan.DataElsewhere, plan.Detach, append(slices.Clone(path), "containers", i, field),
				"container %s keeps its data in another folder: %s %s -> %s; the existing data is no longer used", name, word, orNone(b), orNone(a))
		}
		for _, variable := range slices.Sorted(maps.Keys(folders)) {
			compare("env", variable, folder(was, variable), folder(now, variable))
		}
		for _, flag := range folderFlags {
			compare("args", flag, argument(was, flag), argument(now, flag))
		}
	}
}

// keepsData reports whether data of a container may lie in the folder that it
// names before. Where it named none, one that is named now and is the mount
// itself only spells out what was.
func keepsData(mounts []mounted, container, before, after string) bool {
	if before == "" {
		return !slices.ContainsFunc(mounts, func(m mounted) bool { return m.container == container && clean(m.path) == after })
	}
	return !strings.HasPrefix(before, "/") || volumePath(mounts, container, before) != ""
}

// volumePath is the lasting volume of a container in which a folder lies, and
// where in it; "" where it lies in none.
func volumePath(mounts []mounted, container, dir string) string {
	out, longest := "", -1
	for _, m := range mounts {
		if rest, ok := below(m.path, dir); ok && m.container == container && m.lasts() && len(m.path) > longest {
			out, longest = m.source+" "+path.Join(m.subPath, rest), len(m.path)
		}
	}
	return out
}

// namesNewFolder reports whether a container names the folder where the data is
// now, as it named the one where it was: in its command line or its variables.
func namesNewFolder(was, is map[string]any, from, to string) bool {
	now := texts(is)
	return slices.ContainsFunc(texts(was), func(s string) bool {
		rest, ok := below(from, s)
		return ok && slices.Contains(now, path.Join(to, rest))
	})
}

// texts are the values of a container's command line and variables.
func texts(container map[string]any) []string {
	var out []string
	for _, item := range slices.Concat(object.ListAt(container, "command"), object.ListAt(container, "args")) {
		word, _ := item.(string)
		if _, value, ok := strings.Cut(word, "="); ok {
			word = value
		}
		out = append(out, clean(word))
	}
	for _, item := range object.ListAt(container, "env") {
		out = append(out, clean(object.TextAt(item, "value")))
	}
	return out
}

// below is the rest of a path in a folder.
func below(folder, p string) (string, bool) {
	rest, ok := strings.CutPrefix(clean(p), clean(folder))
	return rest, ok && clean(folder) != "" && (rest == "" || rest[0] == '/')
}

func clean(p string) string { return strings.TrimRight(p, "/") }

// folder is a variable's value in a container, by default its image's.
func folder(container map[string]any, variable string) string {
	if v := named(object.ListAt(container, "env"), variable); v != nil {
		if _, from := v["valueFrom"]; from {
			return "a value from outside the manifest"
		}
		return clean(object.TextAt(v, "value"))
	}
	image, _, _ := strings.Cut(object.TextAt(container, "image"), "@")
	for _, part := range slices.Sorted(maps.Keys(folders[variable])) {
		if strings.Contains(image, part) {
			return folders[variable][part]
		}
	}
	return ""
}

// argument is the value of a flag on a container's command line.
func argument(container map[string]any, flag string) string {
	line := slices.Concat(object.ListAt(container, "command"), object.ListAt(container, "args"))
	for i, item := range line {
		word, _ := item.(string)
		if value, ok := strings.CutPrefix(word, flag+"="); ok {
			return clean(value)
		}
		if word == flag && i+1 < len(line) {
			value, _ := line[i+1].(string)
			return clean(value)
		}
	}
	return ""
}
