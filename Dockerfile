# The service alone; docker-compose.yml puts an Ollama beside it or finds the one on the host.
# For MCP servers that are started by npx or uvx build an image FROM this one that has them, and a writable HOME.
ARG PYTHON_IMAGE=python:3.11.13-slim-bookworm@sha256:86adf8dbadc3d6e82ee5dd2c74bec2e1c2467cdad47886280501df722372d2e1

FROM ${PYTHON_IMAGE} AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock ./
RUN python -m venv /packages \
    && /packages/bin/pip install --no-deps --require-hashes -r requirements.lock && /packages/bin/pip check \
    && /packages/bin/python -m compileall -q /packages/lib

FROM ${PYTHON_IMAGE}
ENV PATH=/packages/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app

COPY --from=packages /packages /packages
COPY agentic_search agentic_search
COPY static static
COPY docs docs
COPY docker/start.py docker/start.py
COPY server.py README.md ./

# A number, not a name: Kubernetes cannot tell of a name that it is not root's.
RUN python -m compileall -q agentic_search \
    && useradd --uid 1000 --user-group --create-home searcher \
    && install --directory --owner=1000 --group=1000 --mode=0700 /data /models
USER 1000:1000
ENV AGENTIC_SEARCH_HOST=0.0.0.0 XDG_CACHE_HOME=/data/cache XDG_DATA_HOME=/data
VOLUME /data
EXPOSE 8023
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8023/health', timeout=4)"]
CMD ["python", "docker/start.py"]
