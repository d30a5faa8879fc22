# The service alone; docker-compose.yml puts an Ollama beside it or finds the one on the host.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

COPY requirements.lock ./
RUN pip install --no-deps --require-hashes -r requirements.lock && pip check \
    && python -m compileall -q /usr/local/lib/python3.11/site-packages

COPY agentic_search agentic_search
COPY static static
COPY docs docs
COPY docker docker
COPY server.py README.md ./

RUN python -m compileall -q agentic_search && useradd --create-home searcher && mkdir -p /data && chown searcher /data
USER searcher
ENV AGENTIC_SEARCH_HOST=0.0.0.0 XDG_CACHE_HOME=/data/cache XDG_DATA_HOME=/data
VOLUME /data
EXPOSE 8023
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8023/health', timeout=4)"]
CMD ["python", "docker/start.py"]
