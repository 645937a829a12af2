FROM python:3.12-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home hongxiu
WORKDIR /app
COPY --from=build /venv /venv
COPY . .
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-build-isolation --no-deps -e . \
    && install -d -o hongxiu -g hongxiu /data
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONUTF8=1 \
    HONGXIU_DATA=/data \
    HONGXIU_API_HOST=0.0.0.0 \
    HONGXIU_LOG_FORMAT=json
USER hongxiu
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["hongxiu"]
CMD ["api"]
