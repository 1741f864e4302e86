#!/usr/bin/env bash
. "$(dirname "$0")/common.sh"
exec node "$(dirname "$0")/validate.mjs" "http://127.0.0.1:$PORT" "$app/version.json"
