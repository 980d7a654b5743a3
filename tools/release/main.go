// Command release builds what is published: the Lambda function, the command
// for each platform, a container image, with checksums and a bill of materials.
// The same source and Go version give the same bytes.
//
//	go run ./tools/release -version v1.2.3            everything
//	go run ./tools/release -version v1.2.3 lambda     dist/lambda/bootstrap alone
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// platforms are those of the command.
var platforms = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64"}

// imagePlatforms are those of the container image.
var imagePlatforms = []string{"linux/amd64", "linux/arm64"}

// lambdaPlatform is the architecture in template.yaml.
const lambdaPlatform = "linux/arm64"

// versionVariable is what the binaries print.
const versionVariable = "github.com/holdpoint-dev/holdpoint/internal/service.version"

func main() {
	version := flag.String("version", "", "version, v1.2.3; default: git describe")
	out := flag.String("out", "dist", "folder to write to")
	certificates := flag.String("certificates", "/etc/ssl/certs/ca-certificates.crt", "certificate authorities of the image")
	flag.Parse()
	r := release{version: *version, out: *out, certificates: *certificates}
	if err := r.run(flag.Args()); err != nil {
		fmt.Fprintf(os.Stderr, "release: %v\n", err)
		os.Exit(1)
	}
}

type release struct {
	version, out, certificates string
}

var versionForm = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.+-]*$|^[0-9A-Za-z.+-]+$`)

// run makes the parts named, or all of them and what describes them.
func (r *release) run(parts []string) error {
	if r.version == "" {
		described, err := exec.Command("git", "describe", "--tags", "--always", "--dirty").Output()
		if err != nil {
			return fmt.Errorf("no -version, and git does not tell one: %w", err)
		}
		r.version = strings.TrimSpace(string(described))
	}
	if !versionForm.MatchString(r.version) {
		return fmt.Errorf("version %q: want v1.2.3", r.version)
	}
	whole := len(parts) == 0
	if whole {
		parts = []string{"lambda", "binaries", "image"}
	}
	var files []string
	for _, part := range parts {
		make, known := map[string]func() ([]string, error){"lambda": r.lambda, "binaries": r.binaries, "image": r.images}[part]
		if !known {
			return fmt.Errorf("part %q: want lambda, binaries or image", part)
		}
		made, err := make()
		if err != nil {
			return fmt.Errorf("make %s: %w", part, err)
		}
		files = append(files, made...)
	}
	if !whole {
		return nil
	}
	slices.Sort(files)
	return writeSums(filepath.Join(r.out, "SHA256SUMS"), files)
}

// build compiles a command for a platform.
func (r *release) build(command, platform, to string, tags ...string) error {
	system, processor, ok := strings.Cut(platform, "/")
	if !ok {
		return fmt.Errorf("platform %q", platform)
	}
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid= -X " + versionVariable + "=" + r.version, "-o", to}
	if len(tags) > 0 {
		args = append(args, "-tags="+strings.Join(tags, ","))
	}
	c := exec.Command("go", append(args, "./cmd/"+command)...)
	c.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+processor, "CGO_ENABLED=0")
	c.Stderr = os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("go build ./cmd/%s for %s: %w", command, platform, err)
	}
	return nil
}

// lambda writes the folder that template.yaml names, and the archive of it.
func (r *release) lambda() ([]string, error) {
	bootstrap := filepath.Join(r.out, "lambda", "bootstrap")
	if err := r.build("lambda", lambdaPlatform, bootstrap, "lambda.norpc"); err != nil {
		return nil, err
	}
	archive := r.name("holdpoint-lambda", lambdaPlatform, ".zip")
	bill := archive + ".cdx.json"
	return []string{archive, bill}, errors.Join(writeZip(archive, bootstrap), writeBill(bill, bootstrap, r.version))
}

// binaries writes an archive of the command for each platform.
func (r *release) binaries() ([]string, error) {
	var files []string
	for _, p := range platforms {
		binary := filepath.Join(r.out, "binaries", strings.ReplaceAll(p, "/", "-"), "holdpoint")
		if strings.HasPrefix(p, "windows/") {
			binary += ".exe"
		}
		if err := r.build("holdpoint", p, binary); err != nil {
			return nil, err
		}
		archive := r.name("holdpoint", p, ".tar.gz")
		bill := archive + ".cdx.json"
		if err := errors.Join(writeTarball(archive, binary, "LICENSE", "README.md"), writeBill(bill, binary, r.version)); err != nil {
			return nil, err
		}
		files = append(files, archive, bill)
	}
	return files, nil
}

// images writes a container image for each platform, as an archive that
// `docker load` and its kin take.
func (r *release) images() ([]string, error) {
	var files []string
	for _, p := range imagePlatforms {
		binary := filepath.Join(r.out, "binaries", strings.ReplaceAll(p, "/", "-"), "holdpoint")
		if err := r.build("holdpoint", p, binary); err != nil {
			return nil, err
		}
		archive := r.name("holdpoint", p, "-image.tar")
		if err := writeImage(archive, p, "holdpoint:"+strings.TrimPrefix(r.version, "v"), binary, r.certificates); err != nil {
			return nil, err
		}
		files = append(files, archive)
	}
	return files, nil
}

func (r *release) name(product, platform, ending string) string {
	return filepath.Join(r.out, fmt.Sprintf("%s-%s-%s%s", product, r.version, strings.ReplaceAll(platform, "/", "-"), ending))
}
