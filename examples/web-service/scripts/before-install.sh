#!/usr/bin/env bash
. "$(dirname "$0")/common.sh"
stop_service
mkdir -p "$app" "$(dirname "$pid_file")" "$(dirname "$log_file")"
