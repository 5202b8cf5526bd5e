# syntax=docker/dockerfile:1
# The server and its site, built as ./homeport builds them, on Debian.

FROM rust:1.95-bookworm AS build
ENV HOMEPORT_WASM_SYSROOT=/opt/rust-wasm
WORKDIR /src
COPY . .
# The caches stay with the builder, so what is wanted is copied out of them in the same step.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/opt/rust-wasm \
    --mount=type=cache,target=/src/target \
    ./homeport build \
    && install -D target/release/homeport /out/usr/local/bin/homeport \
    && mkdir -p /out/usr/local/share/homeport \
    && cp -r target/site /out/usr/local/share/homeport/site

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /var/lib/homeport --create-home homeport
COPY --from=build /out/ /
# There is no Postgres in this image: give it a DATABASE_URL.
ENV HOMEPORT_SITE=/usr/local/share/homeport/site \
    HOMEPORT_DATA_DIR=/var/lib/homeport
USER homeport
VOLUME /var/lib/homeport
EXPOSE 8080 1883 8883
ENTRYPOINT ["homeport"]
CMD ["serve"]
