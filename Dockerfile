# Builds with the classic builder, too: no mounts in RUN, no heredocs, no frontend to fetch.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
# The registry to install from, where it is not npm's own.
ARG npm_config_registry
# What the files in the image are dated, in seconds since 1970.
ARG SOURCE_DATE_EPOCH=0
WORKDIR /src
COPY .npmrc package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit
COPY bin bin
COPY ops/build ops/build
COPY src src
RUN node ops/build/cli.mjs && node ops/build/image/sbom.mjs >dist/sbom.spdx.json
COPY LICENSE dist/
# Node.js reads a compile cache only in the version, as the user and at the paths that it was written for.
RUN cp -R dist /opt/ticketd && node ops/build/fill-compile-cache.mjs /opt/ticketd 1000
RUN chown -R 0:0 /opt/ticketd && chmod -R u=rwX,go=rX /opt/ticketd && find /opt/ticketd -exec touch -d "@$SOURCE_DATE_EPOCH" {} +

FROM ${NODE_IMAGE}
ARG NODE_IMAGE
ARG REVISION
LABEL org.opencontainers.image.title="ticketd" \
      org.opencontainers.image.description="Single-use WebSocket tickets over Redis" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${NODE_IMAGE}"
# The bundles need nothing of npm and its like: left in, they would only serve an intruder.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
    && ln -s /opt/ticketd/ticketd.cjs /usr/local/bin/ticketd
COPY --from=build /opt/ticketd /opt/ticketd
ENV NODE_ENV=production
# The user "node", by number: Kubernetes' runAsNonRoot takes no names.
USER 1000:1000
# Not 3001: what is exposed here `docker run -P` publishes, and the internal listener is for nobody outside.
EXPOSE 3000
STOPSIGNAL SIGTERM
# "live", not "ready": a restart does not bring Redis back.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["node", "/opt/ticketd/ticketd.cjs", "probe"]
ENTRYPOINT ["node", "/opt/ticketd/ticketd.cjs"]
CMD ["serve"]
