# The service in one process: docker build --build-arg VERSION=v1.2.3 -t holdpoint .
FROM golang:1.26 AS build
ARG VERSION=dev
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false \
    -ldflags="-s -w -X github.com/holdpoint-dev/holdpoint/internal/service.version=${VERSION}" \
    -o /out/holdpoint ./cmd/holdpoint && mkdir -m 0700 /out/data && mkdir -m 1777 /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/holdpoint /holdpoint
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chmod=1777 /out/tmp /tmp
USER 65532
ENV HOLDPOINT_DATA=/data HOLDPOINT_METRICS_LISTEN=:9090
EXPOSE 8080 9090
VOLUME /data
ENTRYPOINT ["/holdpoint"]
CMD ["serve"]
