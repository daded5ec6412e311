#!/usr/bin/env bash
# Finds a device, requests a session on it, looks at it, closes it, reads what the audit says.
# Needs curl and jq, and the variables of README.md. The application needs the roles RemoteAssistance.Request and .Read.
set -euo pipefail
device_name=${1:?Usage: curl.sh DEVICE-NAME [TICKET]}
ticket=${2:-INC0012345}

token=$(curl -sS --fail-with-body "$TOKEN_URL" \
  -d grant_type=client_credentials -d client_id="$CLIENT_ID" --data-urlencode client_secret="$CLIENT_SECRET" \
  --data-urlencode scope="$SCOPE" | jq -r .access_token)

# What goes wrong comes as JSON with a code and what to do: it is shown, and the script ends.
api() {
  local method=$1 path=$2 answer
  shift 2
  answer=$(curl -sS --fail-with-body -X "$method" "$CONNECTOR_URL$path" -H "Authorization: Bearer $token" "$@") ||
    { echo "$answer" >&2; return 1; }
  echo "$answer"
}

devices=$(api GET "/api/devices?search=$(jq -rn --arg text "$device_name" '$text | @uri')")
device=$(jq -r '.value[0].id // empty' <<<"$devices")
[ -n "$device" ] || { echo "Intune has no device called $device_name" >&2; exit 1; }
jq -r '.value[0] | "\(.name) of \(.userName // "nobody"): eligible \(.eligibility.eligible)"' <<<"$devices"

# The same key asks for the same session: after a broken connection, send the same again.
session=$(api POST /api/sessions -H 'Content-Type: application/json' -H "Idempotency-Key: $ticket-$device" \
  -d "$(jq -n --arg deviceId "$device" --arg ticket "$ticket" '{deviceId: $deviceId, ticket: $ticket, reason: "Mail does not open"}')")
id=$(jq -r .id <<<"$session")
jq -r '"Session \(.id), match code \(.matchCode)\nJoin: \(.supporterUrl)\nFor the user: \(.endCustomerUrl)"' <<<"$session"

api GET "/api/sessions/$id" | jq -r '"Now \(.state), notification \(.notification.state)"'
api POST "/api/sessions/$id/close" | jq -r '"Now \(.state)"'
api GET "/api/audit?session=$id" | jq -r '.value[] | "\(.at) \(.action) \(.phase) \(.result // "")"'
