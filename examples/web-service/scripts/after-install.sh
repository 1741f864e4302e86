#!/usr/bin/env bash
. "$(dirname "$0")/common.sh"
echo "installed $(cat "$app/version.json")"
