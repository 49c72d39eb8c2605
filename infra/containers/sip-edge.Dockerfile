# The SIP edge: its bundle; nothing else. SIP and RTP need the host's network or a published range of UDP ports (sip-edge/README.md).
#   docker build --file infra/containers/sip-edge.Dockerfile --tag trunkline-sip-edge .
#   docker run --read-only --network host --env-file edge.env trunkline-sip-edge
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run package -- sip-edge

FROM gcr.io/distroless/nodejs24-debian12:nonroot
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build --chown=nonroot:nonroot /src/dist/package/sip-edge ./
STOPSIGNAL SIGTERM
CMD ["main.js"]
