#!/usr/bin/env bash
. "$(dirname "$0")/common.sh"
cd "$app"
PORT="$PORT" nohup node server.mjs >>"$log_file" 2>&1 </dev/null &
echo "$!" >"$pid_file"
echo "web-service starts on port $PORT"
