ARG DEBIAN
FROM ${DEBIAN}
COPY stand-ins.txt /tmp/stand-ins.txt
RUN python3.13 -m venv /opt/mail \
 && /opt/mail/bin/pip install -q --require-hashes -r /tmp/stand-ins.txt
COPY mail-catch-all /usr/local/bin/
USER 1000
EXPOSE 1025 8025
ENTRYPOINT ["/opt/mail/bin/python3", "/usr/local/bin/mail-catch-all"]
