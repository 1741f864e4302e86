# Sourced by the other scripts. An agent with --root puts everything below that folder.
set -eu
root="${PIPEWRIGHT_ROOT:-}"
app="$root/opt/web-service"
pid_file="$root/run/web-service.pid"
log_file="$root/var/log/web-service.log"
. "$root/etc/default/web-service"

# A process that has ended counts as gone, also while nobody has collected its exit code yet.
is_alive() {
  kill -0 "$1" 2>/dev/null && ! grep -qs '^State:[[:space:]]*Z' "/proc/$1/status"
}

stop_service() {
  [ -f "$pid_file" ] || return 0
  pid=$(cat "$pid_file")
  kill "$pid" 2>/dev/null || true
  tries=0
  while is_alive "$pid" && [ "$tries" -lt 100 ]; do
    sleep 0.05
    tries=$((tries + 1))
  done
  rm -f "$pid_file"
}
