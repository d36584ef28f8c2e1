# The book's environment with the chapters in JupyterLab:
#   docker build -t grpo-paper . && docker run -p 8888:8888 grpo-paper
FROM python:3.11-slim
# Debian keeps one version of a package at a time, so a pin would break.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends chromium git make && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 1000 reader
USER 1000
WORKDIR /home/reader/grpo-paper
COPY --chown=reader . .
ENV PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
RUN make env
EXPOSE 8888
CMD ["make", "lab", "LAB=--ip=0.0.0.0 --no-browser"]
