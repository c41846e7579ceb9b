// Every image that Tradewind runs as: docker buildx bake -f deploy/docker/docker-bake.hcl
// Variables come from the environment; `make images` sets them from the commit.

variable "REGISTRY" {
  default = "tradewind"
}

variable "VERSION" {
  default = "0.0.0"
}

// The same as Python packages write it: what the package inside is built with.
variable "PACKAGE_VERSION" {
  default = "0.0.0"
}

// Another tag of each image, such as the one that Compose takes by itself.
variable "ALIAS" {
  default = ""
}

variable "REVISION" {
  default = "unknown"
}

variable "CREATED" {
  default = "1970-01-01T00:00:00Z"
}

// Seconds since 1970 of the commit: what files and layers are dated with.
variable "SOURCE_DATE_EPOCH" {
  default = "0"
}

// The last date of the exchange's calendar inside market-data-service.
variable "CALENDAR_UNTIL" {
  default = "2030-12-31"
}

// A folder where layers are kept from one machine of a pipeline to the next; unset keeps none. It takes
// a builder of the docker-container kind.
variable "BUILD_CACHE" {
  default = ""
}

variable "PYTHON_IMAGE" {
  default = "python:3.13-alpine"
}

variable "NODE_IMAGE" {
  default = "node:24-alpine"
}

variable "NGINX_IMAGE" {
  default = "nginxinc/nginx-unprivileged:1.29-alpine"
}

function "cache_from" {
  params = [name]
  result = BUILD_CACHE == "" ? [] : ["type=local,src=${BUILD_CACHE}/${name}"]
}

function "cache_to" {
  params = [name]
  result = BUILD_CACHE == "" ? [] : ["type=local,dest=${BUILD_CACHE}/${name},mode=max"]
}

function "tags" {
  params = [image]
  result = compact(["${image}:${VERSION}", ALIAS == "" ? "" : "${image}:${ALIAS}"])
}

// One recipe for all of them; the version with live brokers is the order service with their libraries,
// which are larger than itself.
variable "PYTHON_SERVICES" {
  default = [
    { name = "account-service", port = "8001", of = "account-service" },
    { name = "api-gateway", port = "8000", of = "api-gateway" },
    { name = "market-data-service", port = "8003", of = "market-data-service" },
    { name = "notification-service", port = "8005", of = "notification-service" },
    { name = "order-service", port = "8002", of = "order-service" },
    { name = "order-service-live", port = "8002", of = "order-service" },
    { name = "portfolio-service", port = "8004", of = "portfolio-service" },
  ]
}

group "default" {
  targets = ["service", "web-ui"]
}

// What is inside of each image, one CycloneDX file a folder: .build/sbom/order-service/sbom.cdx.json
group "sbom" {
  targets = ["service-sbom", "web-ui-sbom"]
}

// `docker buildx bake release`: for both processors, with provenance and a bill of materials.
group "release" {
  targets = ["service-release", "web-ui-release"]
}

target "common" {
  context = "."
  args = {
    VERSION           = VERSION
    REVISION          = REVISION
    CREATED           = CREATED
    SOURCE_DATE_EPOCH = SOURCE_DATE_EPOCH
  }
}

target "for-release" {
  platforms = ["linux/amd64", "linux/arm64"]
  attest    = ["type=provenance,mode=max", "type=sbom"]
  output    = ["type=image,push=true,rewrite-timestamp=true"]
}

target "service" {
  name       = service.name
  inherits   = ["common"]
  dockerfile = "deploy/docker/service.Dockerfile"
  matrix = {
    service = PYTHON_SERVICES
  }
  args = {
    PYTHON_IMAGE    = PYTHON_IMAGE
    PACKAGE_VERSION = PACKAGE_VERSION
    SERVICE         = service.of
    REQUIREMENTS    = service.name
    PORT            = service.port
    CALENDAR_UNTIL  = CALENDAR_UNTIL
  }
  tags       = tags("${REGISTRY}/${service.name}")
  cache-from = cache_from(service.name)
  cache-to   = cache_to(service.name)
}

target "service-release" {
  name     = "${service.name}-release"
  inherits = [service.name, "for-release"]
  matrix = {
    service = PYTHON_SERVICES
  }
}

target "service-sbom" {
  name     = "${service.name}-sbom"
  inherits = [service.name]
  matrix = {
    service = PYTHON_SERVICES
  }
  target = "sbom"
  output = ["type=local,dest=.build/sbom/${service.name}"]
}

target "web-ui" {
  inherits   = ["common"]
  dockerfile = "deploy/docker/web-ui.Dockerfile"
  args = {
    NODE_IMAGE  = NODE_IMAGE
    NGINX_IMAGE = NGINX_IMAGE
  }
  tags       = tags("${REGISTRY}/web-ui")
  cache-from = cache_from("web-ui")
  cache-to   = cache_to("web-ui")
}

target "web-ui-sbom" {
  inherits = ["web-ui"]
  target   = "sbom"
  output   = ["type=local,dest=.build/sbom/web-ui"]
}

target "web-ui-release" {
  inherits = ["web-ui", "for-release"]
}
