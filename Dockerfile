# The axon command in a container:  docker build -t axon .
#   docker run --rm --init --user "$(id -u):$(id -g)" -v "$PWD:/repository" axon evolve

FROM node:24-slim AS build
WORKDIR /axon
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json tsconfig.pages.json ./
COPY scripts scripts
COPY src src
RUN npm run build && npm prune --omit=dev
# onnxruntime-node carries its library for every platform; one of them is enough.
RUN find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 -type d \
      ! -path "*/linux/$(node -p process.arch)" -exec rm -r {} +

FROM node:24-slim
LABEL org.opencontainers.image.title="axon-evolve" \
      org.opencontainers.image.description="Evolves a repository through changes it can prove" \
      org.opencontainers.image.licenses="MIT"
# A mounted repository belongs to whoever owns it outside; git would refuse to open it unless it is named here.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git \
 && rm -rf /var/lib/apt/lists/* \
 && git config --file /home/node/.gitconfig --add safe.directory /repository
# AXON's git reads the user's configuration only, and --user leaves HOME empty.
ENV NODE_ENV=production HOME=/home/node
COPY --from=build /axon/package.json /axon/
COPY --from=build /axon/node_modules /axon/node_modules
COPY --from=build /axon/dist /axon/dist
COPY LICENSE app.yml /axon/
COPY model /axon/model
COPY examples/demo /axon/examples/demo
WORKDIR /repository
USER node
ENTRYPOINT ["node", "/axon/dist/cli.js"]
CMD ["--help"]
