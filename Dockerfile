# One image for each program: `docker build --target gateway .`, and so for auth, admin, document and common.

FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/source/target \
    cargo build --release --locked --package gateway --package auth --package admin --package document --package common \
    && mkdir /programs \
    && cd target/release && cp gateway auth admin document common /programs/

# No shell tools beyond what the distribution's smallest image has; certificates for the pages that admin fetches.
FROM debian:bookworm-slim AS base
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
COPY --chmod=755 deploy/healthy.sh /usr/local/bin/healthy
# Somebody without a name and without rights; compose.yaml gives each program a user of its own.
USER 65534:65534
ENTRYPOINT []

FROM base AS gateway
COPY schema/supergraph.graphql /usr/share/knlab/supergraph.graphql
COPY --from=build /programs/gateway /usr/local/bin/gateway
CMD ["gateway", "serve", "--config", "/etc/knlab/gateway.yaml"]

FROM base AS auth
COPY --from=build /programs/auth /usr/local/bin/auth
CMD ["auth", "--config", "/etc/knlab/auth.yaml"]

FROM base AS admin
COPY --from=build /programs/admin /usr/local/bin/admin
# A new volume gets the owner of the folder that it covers: the user of admin in compose.yaml.
USER root
RUN install --directory --owner=10001 --group=10001 --mode=700 /nas
USER 65534:65534
CMD ["admin", "--config", "/etc/knlab/admin.yaml"]

FROM base AS document
COPY --from=build /programs/document /usr/local/bin/document
CMD ["document", "--config", "/etc/knlab/document.yaml"]

FROM base AS common
COPY --from=build /programs/common /usr/local/bin/common
CMD ["common", "--config", "/etc/knlab/common.yaml"]
