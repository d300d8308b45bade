# The images of Muster: `services` (every service, one per container) and `workers` (the sample workers).
# `npm run images` builds both. No `# syntax=` line, so that nothing but the two base images is fetched.
ARG NODE_IMAGE=node:24-bookworm-slim
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${NODE_IMAGE} AS manifest
WORKDIR /build
COPY package.json package-lock.json .npmrc ./

# The optional packages are Node 24 for other ways to start Muster; here it comes from the base image.
FROM manifest AS packages
RUN npm ci --omit=dev --omit=optional \
 && find node_modules -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' -o -name '*.md' \) \
      ! -iname 'licen[cs]e*' ! -iname 'notice*' -delete \
 && find node_modules -type d -empty -delete

FROM manifest AS build
RUN npm ci
COPY . .
RUN npm run build

FROM build AS services-files
COPY --from=packages /build/node_modules /image/opt/muster/node_modules
RUN node scripts/gather-image.mjs /image/opt/muster services \
 && cp -r catalogue LICENSE /image/opt/muster/ \
 && install -d -m 0770 -g 0 /image/var/lib/muster

FROM build AS workers-files
COPY --from=packages /build/node_modules /packages
RUN node scripts/gather-image.mjs /image/opt/muster workers \
 && mkdir /image/opt/muster/node_modules \
 && cp -r /packages/ws /packages/pngjs /image/opt/muster/node_modules/ \
 && cp LICENSE /image/opt/muster/

# Debian and the Node binary: neither npm nor another package manager of Node, none of which runs here.
FROM ${BASE_IMAGE} AS runtime
COPY --from=manifest /usr/local/bin/node /usr/local/bin/node
ENV NODE_ENV=production
# Any other user works as well: files of group 0 can be written where something is written at all.
USER 65532:0
WORKDIR /opt/muster
# As process 1 it passes signals on to the program, which runs in the same process.
ENTRYPOINT ["node", "/opt/muster/start.mjs"]

FROM runtime AS workers
COPY --from=workers-files /image/ /
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Muster workers" \
      org.opencontainers.image.description="The worker host of Muster and its sample workers" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

FROM runtime AS services
COPY --from=services-files /image/ /
ENV MUSTER_HOST=0.0.0.0 \
    MUSTER_PORT=8600 \
    MUSTER_INTERNAL_HOST=0.0.0.0 \
    MUSTER_INTERNAL_PORT=8601 \
    MUSTER_DATA_DIR=/var/lib/muster \
    MUSTER_CATALOGUE=/opt/muster/catalogue
EXPOSE 8600 8601
# Each check starts a process: often enough to notice, seldom enough to cost nothing.
HEALTHCHECK --interval=10s --timeout=10s --start-period=120s --retries=4 CMD ["node", "/opt/muster/dist/probe.js"]
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Muster" \
      org.opencontainers.image.description="The services of Muster, the control plane for interactive applications made of many services" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
