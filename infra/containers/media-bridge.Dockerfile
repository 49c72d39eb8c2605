# The media bridge: its bundle, the voice detector, the agents; nothing else.
#   docker build --file infra/containers/media-bridge.Dockerfile --tag trunkline-media-bridge .
#   docker run --read-only --env-file bridge.env --publish 8080:8080 trunkline-media-bridge
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run package -- media-bridge

# No shell, no package manager, and not root. What it needs to write it writes to its services.
FROM gcr.io/distroless/nodejs24-debian12:nonroot
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
COPY --from=build --chown=nonroot:nonroot /src/dist/package/media-bridge ./
EXPOSE 8080
# SIGTERM drains: no new calls, those there are finish or move (DRAIN_TIMEOUT_MS).
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
  CMD ["/nodejs/bin/node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["main.js"]
