# The web terminal: built by Node, served by an NGINX that never is root.
ARG NODE_IMAGE=node:24-alpine
ARG NGINX_IMAGE=nginxinc/nginx-unprivileged:1.29-alpine

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY web-ui/package.json web-ui/package-lock.json ./
RUN npm ci --no-audit --no-fund --silent
COPY web-ui ./
COPY deploy/docker/web-ui/date-image.mjs ./
COPY deploy/docker/web-ui/nginx.conf /image/etc/nginx/nginx.conf
ARG SOURCE_DATE_EPOCH=0
# Compressed once here rather than for every visitor. /image is the image's part from the root on, and
# all of it is dated by the commit, parents too: the same content gives the same layer. The bill of
# materials names what is bundled; the date and number that npm gives it would differ each time.
RUN npm run --silent build \
 && find dist -type f \( -name '*.js' -o -name '*.css' -o -name '*.svg' -o -name '*.html' \) \
      -exec gzip -9 --keep --no-name {} + \
 && mkdir -p /image/usr/share/nginx /image/usr/share/tradewind \
 && mv dist /image/usr/share/nginx/html \
 && npm sbom --sbom-format cyclonedx --omit dev > /build/sbom.json \
 && node date-image.mjs /build/sbom.json /image/usr/share/tradewind/sbom.cdx.json "${SOURCE_DATE_EPOCH}"

# `--target sbom --output FOLDER` writes the bill of materials alone.
FROM scratch AS sbom
COPY --from=build /image/usr/share/tradewind/sbom.cdx.json /

FROM ${NGINX_IMAGE}
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="tradewind web-ui" \
      org.opencontainers.image.description="The web terminal of Tradewind, a trading platform that its users own" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
COPY --from=build /image/ /
USER 101:101
EXPOSE 3000
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s --retries=3 \
  CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3000/healthz/ready"]
ENTRYPOINT ["nginx"]
CMD ["-g", "daemon off;"]
