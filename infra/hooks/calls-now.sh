#!/bin/sh
# Before the templates: how many calls are up, so that a new version of the bridge begins with replicas for as many. Nothing here stops a deployment:
# one may be what mends what does not answer. azd reads what a hook has set before it provisions (github.com/Azure/azure-dev, issue 1714).
set -eu
host=${FUNCTIONS_HOST:-}
if [ -z "$host" ] && command -v az > /dev/null; then
  # A runner that starts anew does not know what an earlier run made.
  host=$(az functionapp list --resource-group "rg-$AZURE_ENV_NAME" --query '[0].defaultHostName' --output tsv 2> /dev/null || true)
fi
calls=
if [ -n "$host" ]; then
  # The key by standard input: what is among the arguments, others on this machine can read.
  answer=$(printf 'X-API-KEY: %s\n' "${LOAD_KEY:-}" | curl --silent --fail --max-time 15 --header @- "https://$host/api/load" || true)
  calls=$(printf '%s' "$answer" | sed -n 's/.*"calls": *\([0-9]\{1,6\}\)[,}].*/\1/p')
fi
if [ -z "$calls" ]; then
  echo "How many calls are up is not known (no answer of ${host:-the functions}, which is so before the first deployment): the bridge begins with the least replicas of its profile."
  calls=0
else
  echo "$calls calls are up: the bridge begins with replicas for as many."
fi
azd env set BRIDGE_CALLS_NOW "$calls"
