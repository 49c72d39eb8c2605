#!/bin/sh
# After the functions were deployed: provisions once more, now with the subscription to IncomingCall events.
set -eu
if [ "${SUBSCRIBE_INCOMING_CALLS:-false}" = true ]; then
  exit 0
fi
azd env set SUBSCRIBE_INCOMING_CALLS true
azd provision --no-prompt
