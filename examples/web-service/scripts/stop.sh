#!/usr/bin/env bash
. "$(dirname "$0")/common.sh"
stop_service
echo "web-service is stopped"
