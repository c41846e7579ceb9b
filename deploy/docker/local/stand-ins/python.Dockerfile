ARG DEBIAN
FROM ${DEBIAN}
RUN ln -s /usr/bin/python3.13 /usr/local/bin/python3 && ln -s python3 /usr/local/bin/python
CMD ["python3"]
