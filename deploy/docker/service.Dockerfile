# One recipe for every Python service: docker buildx bake order-service, or
#   docker build -f deploy/docker/service.Dockerfile --build-arg SERVICE=order-service .
# It needs neither apk nor apt: any image with Python 3.13 will do, on musl as on glibc.
ARG PYTHON_IMAGE=python:3.13-alpine

# pip and what builds stay behind in this stage; what runs gets an environment without them.
FROM ${PYTHON_IMAGE} AS tools
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ONLY_BINARY=:all:
WORKDIR /build
COPY requirements/build.txt requirements/build.txt
RUN python3 -m venv /build/tools \
 && /build/tools/bin/pip install --quiet --require-hashes -r requirements/build.txt
COPY deploy/docker/slim.py deploy/docker/slim.py

# Each of the next three leaves its part of the image in /image, from the root on: with their parents
# as parts of them the dates of all folders are ours, and the same content gives the same layer.

# What others wrote. Its files are dated 1970, so that a new version with the same locks has the same
# layer: whoever pulls it has that already.
FROM tools AS packages
ARG SERVICE
# The lock to install, where it is not the service's own: order-service-live, for one.
ARG REQUIREMENTS=${SERVICE}
COPY requirements/services/${REQUIREMENTS}.txt requirements/service.txt
RUN python3 -m venv --without-pip /opt/tradewind && mkdir -p /image/opt \
 && cp -a /opt/tradewind /image/opt/tradewind \
 && /build/tools/bin/pip --python /opt/tradewind/bin/python3 install --quiet --no-compile \
      --prefix /image/opt/tradewind --require-hashes -r requirements/service.txt \
 && python3 deploy/docker/slim.py /image 0

# What we wrote, the same for every service. Its date is in a file as well: a builder that finds the same
# content in its cache, of an earlier commit, would take that with the dates of then.
FROM tools AS application
COPY pyproject.toml README.md LICENSE ./
COPY scripts/version.py scripts/version.py
COPY src src
ARG SOURCE_DATE_EPOCH=0
# There is no history here, so the version has to be told.
ARG PACKAGE_VERSION=0.0.0
RUN python3 -m venv --without-pip /opt/tradewind \
 && TRADEWIND_PACKAGE_VERSION=${PACKAGE_VERSION} \
      /build/tools/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist . \
 && /build/tools/bin/pip --python /opt/tradewind/bin/python3 install --quiet --no-compile \
      --prefix /image/opt/tradewind --no-deps dist/*.whl \
 && packages=$(/opt/tradewind/bin/python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
 && mkdir -p "/metadata${packages}" \
 && mv "/image${packages}"/tradewind-*.dist-info "/metadata${packages}/" \
 && mkdir -p /image/opt/tradewind/share/tradewind \
 && echo "${SOURCE_DATE_EPOCH}" > /image/opt/tradewind/share/tradewind/code.date \
 && python3 deploy/docker/slim.py /image "${SOURCE_DATE_EPOCH}"

# What is made of both: the bill of materials, and for market-data-service the exchange's calendar, so
# that pandas stays behind with the library that needs it. The package's metadata comes along: beside the
# folder `tradewind` in one layer, older engines write it now before and now behind that folder.
FROM tools AS made
ARG SERVICE
COPY requirements/services/calendar.txt requirements/calendar.txt
RUN if [ "${SERVICE}" = market-data-service ]; then \
      /build/tools/bin/pip install --quiet --require-hashes -r requirements/calendar.txt; \
    fi
COPY --from=packages /image/ /
COPY --from=application /image/ /
COPY --from=application /metadata/ /
COPY --from=application /metadata/ /image/
ARG CALENDAR_UNTIL
ARG SOURCE_DATE_EPOCH=0
RUN share=/image/opt/tradewind/share/tradewind && mkdir -p "${share}" \
 && echo "${SOURCE_DATE_EPOCH}" > "${share}/made.date" \
 && /build/tools/bin/cyclonedx-py environment --output-reproducible --no-validate \
      --output-file "${share}/sbom.cdx.json" /opt/tradewind/bin/python3 \
 && if [ "${SERVICE}" = market-data-service ]; then \
      library=$(/build/tools/bin/python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
      && PYTHONPATH=$library /opt/tradewind/bin/python3 \
        -m tradewind.market_data_service.exchange_calendar 1990-01-01 "${CALENDAR_UNTIL}" \
        > "${share}/sessions.csv"; \
    fi \
 && python3 deploy/docker/slim.py /image "${SOURCE_DATE_EPOCH}"

# `--target sbom --output FOLDER` writes the bill of materials alone.
FROM scratch AS sbom
COPY --from=made /image/opt/tradewind/share/tradewind/sbom.cdx.json /

FROM ${PYTHON_IMAGE}
ARG SERVICE
ARG PORT
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="tradewind ${SERVICE}" \
      org.opencontainers.image.description="The ${SERVICE} of Tradewind, a trading platform that its users own" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
COPY --from=packages /image/ /
COPY --from=application /image/ /
COPY --from=made /image/ /
ENV PATH=/opt/tradewind/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TRADEWIND_SERVICE=${SERVICE} \
    TRADEWIND_HOST=0.0.0.0 \
    TRADEWIND_DATA_DIR=/tmp/tradewind \
    TRADEWIND_LOG_FORMAT=json \
    TRADEWIND_VERSION=${VERSION} \
    TRADEWIND_REVISION=${REVISION}
# A number, so that Kubernetes can see that it is not root; the file system may be read-only.
USER 10001:10001
WORKDIR /tmp
EXPOSE ${PORT}
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python3", "-m", "tradewind.probe"]
ENTRYPOINT ["tradewind"]
CMD ["serve"]
