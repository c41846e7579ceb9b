# One recipe for every Python service: docker buildx bake order-service, or
#   docker build -f deploy/docker/service.Dockerfile --build-arg SERVICE=order-service .
# It needs neither apk nor apt: any image with Python 3.13 will do, on musl as on glibc.
ARG PYTHON_IMAGE=python:3.13-alpine

FROM ${PYTHON_IMAGE} AS build
ARG SERVICE
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ONLY_BINARY=:all:
WORKDIR /build
# pip stays behind in this stage; what runs gets an environment without it.
RUN python3 -m venv /build/tools && python3 -m venv --without-pip /opt/tradewind
COPY requirements/build.txt requirements/build.txt
RUN /build/tools/bin/pip install --quiet --require-hashes -r requirements/build.txt
COPY requirements/services/${SERVICE}.txt requirements/service.txt
RUN /build/tools/bin/pip --python /opt/tradewind/bin/python3 install --quiet --no-compile \
      --require-hashes -r requirements/service.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN /build/tools/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist . \
 && /build/tools/bin/pip --python /opt/tradewind/bin/python3 install --quiet --no-compile \
      --no-deps dist/*.whl
# The exchange's calendar is made here, so that pandas stays behind with the library that needs it.
ARG CALENDAR_UNTIL
COPY requirements/services/calendar.txt requirements/calendar.txt
RUN if [ "${SERVICE}" = market-data-service ]; then \
      /build/tools/bin/pip install --quiet --require-hashes -r requirements/calendar.txt \
      && library=$(/build/tools/bin/python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
      && mkdir -p /opt/tradewind/share/tradewind \
      && PYTHONPATH=$library /opt/tradewind/bin/python3 \
        -m tradewind.market_data_service.exchange_calendar 1990-01-01 "${CALENDAR_UNTIL}" \
        > /opt/tradewind/share/tradewind/sessions.csv; \
    fi
COPY deploy/docker/slim.py deploy/docker/slim.py
# SOURCE_DATE_EPOCH dates the files, and so the compiled ones: the same commit gives the same layer.
ARG SOURCE_DATE_EPOCH=0
RUN python3 deploy/docker/slim.py /opt/tradewind "${SOURCE_DATE_EPOCH}"

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
COPY --from=build /opt/tradewind /opt/tradewind
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
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
  CMD ["python3", "-m", "tradewind.probe"]
ENTRYPOINT ["tradewind"]
CMD ["serve"]
