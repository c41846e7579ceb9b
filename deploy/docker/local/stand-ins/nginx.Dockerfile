ARG DEBIAN
FROM ${DEBIAN}
# busybox: its wget is in the real image too, as part of Alpine.
# hadolint ignore=DL3008
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx-light busybox >/dev/null \
 && ln -s /bin/busybox /usr/local/bin/wget \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /usr/share/doc/* /etc/nginx/sites-enabled \
      /usr/share/nginx/html/* \
 && groupadd -g 101 -o nginx && useradd -u 101 -o -g 101 -M -s /usr/sbin/nologin nginx
USER 101
EXPOSE 8080
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
