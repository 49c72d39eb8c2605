#!/bin/sh
# Before the templates: which image the bridge runs, so that they keep it. What azd has noted is what this machine deployed last; another may have deployed since,
# and on a machine that never did the templates would put Microsoft's page in the place of the bridge. So a bridge whose image cannot be read stops the provision.
set -eu
stop() {
  echo "$1 Nothing was changed." >&2
  exit 1
}
command -v az > /dev/null || stop "The Azure CLI (az) is not there: with it this asks which image the bridge runs, which the templates would replace otherwise. Install it, then: az login."
group="rg-$AZURE_ENV_NAME"
app="ca-$AZURE_ENV_NAME-bridge"
# In another subscription than azd's the bridge would seem not to be there.
[ -n "${AZURE_SUBSCRIPTION_ID:-}" ] || stop "Which subscription is not known. Say so, then try again: azd env set AZURE_SUBSCRIPTION_ID \"\$(az account show --query id --output tsv)\"."
ask() {
  answer=$(az "$@" --subscription "$AZURE_SUBSCRIPTION_ID" --output tsv) || return
  # On Windows lines end otherwise.
  printf '%s\n' "$answer" | tr -d '\r'
}

is_there=$(ask group exists --name "$group") || stop "Whether $group is there cannot be asked (above). Sign in: az login."
if [ "$is_there" = false ]; then
  echo "No $group yet: the bridge begins with Microsoft's page until its first image is pushed."
  exit 0
fi
# All apps of the group: one that is not there is an empty answer then, and no error like those that hide one.
apps=$(ask containerapp list --resource-group "$group" --query '[].[name, properties.template.containers[0].image]') ||
  stop "Which image $app runs cannot be read (above)."
image=$(printf '%s\n' "$apps" | awk -v app="$app" '$1 == app { print $2; found = 1 } END { if (!found) print "none" }')
case "$image" in
  none) echo "No $app yet: it begins with Microsoft's page until its first image is pushed." ;;
  */k8se/quickstart*) echo "$app still runs Microsoft's page." ;;
  */*)
    echo "$app runs $image, and keeps it."
    azd env set SERVICE_MEDIA_BRIDGE_IMAGE_NAME "$image"
    ;;
  *) stop "$app is there, and its image cannot be read (got: '$image')." ;;
esac
