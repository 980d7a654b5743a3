package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// bucketName and functionName are those of the stack under test.
const (
	bucketName   = "holdpoint-sources-1a2b3c"
	functionName = "holdpoint-Sources-4d5e6f"
)

// objects is one bucket of S3, in its REST protocol with the bucket in the path
// (Amazon S3 API Reference).
type objects struct {
	mu    sync.Mutex
	kept  map[string][]byte
	spoil func([]byte) []byte // what becomes of a body that is put; nil for nothing
	lose  bool                // what is put is gone at once
	page  int                 // keys that a list has at most; 0 for a thousand
}

// restAction names the IAM action of a call that has no target: to S3, or an
// invocation.
func restAction(r *http.Request) string {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case r.URL.Path == "/2015-03-31/functions/"+functionName+"/invocations":
		return "lambda:InvokeFunction"
	case bucket != bucketName:
		return ""
	case r.Method == http.MethodGet && key == "" && r.URL.Query().Get("list-type") == "2":
		return "s3:ListBucket"
	case r.Method == http.MethodPost && key == "" && r.URL.Query().Has("delete"):
		return "s3:DeleteObject"
	case r.Method == http.MethodGet && key != "":
		return "s3:GetObject"
	case r.Method == http.MethodPut && key != "":
		return "s3:PutObject"
	}
	return ""
}

// serve answers a call. It reports whether a key was asked for that is not
// there, which S3 says to those alone who may list the bucket.
func (o *objects) serve(w http.ResponseWriter, r *http.Request, action string, body []byte) (missing bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	key := strings.TrimPrefix(r.URL.Path, "/"+bucketName+"/")
	switch action {
	case "s3:PutObject":
		if o.spoil != nil {
			body = o.spoil(body)
		}
		if !o.lose {
			o.kept[key] = body
		}
	case "s3:GetObject":
		value, there := o.kept[key]
		if !there {
			refuseREST(w, http.StatusNotFound, "NoSuchKey")
			return true
		}
		_, _ = w.Write(value)
	case "s3:ListBucket":
		o.list(w, r.URL.Query().Get("prefix"), r.URL.Query().Get("continuation-token"))
	case "s3:DeleteObject":
		var in struct{ Object []struct{ Key string } }
		if err := xml.Unmarshal(body, &in); err != nil || len(in.Object) > 1000 {
			refuseREST(w, http.StatusBadRequest, "MalformedXML")
			return false
		}
		for _, gone := range in.Object {
			delete(o.kept, gone.Key)
		}
		_, _ = io.WriteString(w, "<DeleteResult/>")
	}
	return false
}

func (o *objects) list(w http.ResponseWriter, prefix, after string) {
	var out struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		IsTruncated           bool
		NextContinuationToken string `xml:",omitempty"`
		Contents              []struct{ Key string }
	}
	most := o.page
	if most == 0 {
		most = 1000
	}
	for _, key := range slices.Sorted(maps.Keys(o.kept)) {
		if !strings.HasPrefix(key, prefix) || key <= after {
			continue
		}
		if len(out.Contents) == most {
			out.IsTruncated, out.NextContinuationToken = true, out.Contents[most-1].Key
			break
		}
		out.Contents = append(out.Contents, struct{ Key string }{key})
	}
	_ = xml.NewEncoder(w).Encode(out)
}

// all are the keys with their values.
func (o *objects) all() map[string][]byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.kept)
}

func (o *objects) empty() {
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.kept)
}

// spoiling makes everything that is put from now on something else; nil ends it.
func (o *objects) spoiling(how func([]byte) []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.spoil = how
}

func (o *objects) losing(all bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lose = all
}

func refuseREST(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>refused</Message></Error>", code)
}

// invoke answers an invocation: the function's own answer, or what Lambda makes
// of its failure (AWS Lambda API Reference, "Invoke").
func (a *fakeAWS) invoke(w http.ResponseWriter, payload []byte) {
	var answer json.RawMessage
	if err := a.sources.invoke(json.RawMessage(payload), &answer); err != nil {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		_ = json.NewEncoder(w).Encode(map[string]string{"errorType": "Runtime.ExitError", "errorMessage": err.Error()})
		return
	}
	_, _ = w.Write(answer)
}
