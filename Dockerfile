# All parts of Kith in one image; the command says which of them a container is, as `python -m consent.worker`.
# Why one: docs/adr/0026-one-image.md.
FROM python:3.12.13-slim-bookworm AS build
WORKDIR /opt/kith
COPY requirements/uv.txt requirements/run.txt requirements/
RUN python -m venv .uv \
 && .uv/bin/python -m pip install --quiet --no-cache-dir --require-hashes -r requirements/uv.txt \
 && .uv/bin/uv venv --quiet --python python .venv \
 && .uv/bin/uv pip install --quiet --no-cache --python .venv/bin/python --compile-bytecode --require-hashes -r requirements/run.txt
COPY libs libs
COPY services services
COPY gateway gateway
COPY cli cli
COPY deploy/kafka deploy/kafka
# As in a working copy: each member runs from its own folder, where its migrations and policy lie beside it. What only
# building needs goes again. Nothing is compiled later, since nothing may be written there.
RUN .uv/bin/uv pip install --quiet --no-cache --python .venv/bin/python --no-deps --no-build-isolation \
      -e libs/chassis -e libs/contracts -e gateway -e cli \
      -e services/assessment -e services/child-index -e services/consent -e services/notifications \
 && .uv/bin/uv pip uninstall --quiet --python .venv/bin/python hatchling editables pathspec pluggy trove-classifiers \
 && python -m compileall -q --invalidation-mode unchecked-hash libs services gateway cli

FROM python:3.12.13-slim-bookworm
WORKDIR /opt/kith
# The letters that documents are set in, for every script; a release of Debian does not change them.
# hadolint ignore=DL3008
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends \
      fonts-dejavu-core fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji fonts-unifont \
 && rm -rf /var/lib/apt/lists/*
RUN python -m pip uninstall --quiet --yes --root-user-action ignore pip
COPY --from=build /opt/kith/.venv .venv
COPY --from=build /opt/kith/libs libs
COPY --from=build /opt/kith/services services
COPY --from=build /opt/kith/gateway gateway
COPY --from=build /opt/kith/cli cli
COPY --from=build /opt/kith/deploy deploy
# HOME: the account below has none, and libraries look there for their own files.
ENV PATH=/opt/kith/.venv/bin:$PATH \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    KITH_HOST=0.0.0.0 \
    KITH_PORT=8080 \
    KITH_METRICS_HOST=0.0.0.0 \
    KITH_METRICS_PORT=9100 \
    KITH_MIGRATE_AT_START=false
USER 10001:10001
EXPOSE 8080 9100
# Of what answers requests. A worker's is its metrics: docker-compose.yml says so.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=2s \
  CMD ["python", "-m", "chassis.probe", "http://127.0.0.1:8080/health/ready"]
CMD ["kith", "--help"]
