import { shellText } from './shell-text.ts';

/**
 * What `steps.sh` begins with: POSIX shell; bash's own means only where they are there. Each step has a number. The
 * file `at` keeps the number of the last step begun and what was known then, so that a new shell can go on from it.
 * Names begin with `pw_`, the users' own do not.
 *
 * - `pw_enter n PHASE`: a phase begins
 * - `pw_go n` and `pw_last n`: whether this command, or this command of `finally`, runs now; `pw_end code`: it ended
 * - `pw_look`: whether the build was told to stop meanwhile
 * - `pw_leave n next|end`: the phase ends; what comes after a failure
 * - `pw_export n name` and `pw_expand n id text`: what the shell knows after the last phase
 *
 * State: `pw_n` last step begun; `pw_running` whether it is a command under way; `pw_in` inside a phase that runs;
 * `pw_bad` number of the phase's first failed command or `-`; `pw_code` its status; `pw_failed` a phase failed;
 * `pw_over` no more phases; `pw_late` PRE_BUILD was reached; `pw_stopped` the build was told to stop.
 */
export const LIBRARY = shellText`
pw_control=$1 pw_orders=$2
set --
pw_path=$PATH
pw_cmd= pw_text= pw_trace= pw_second= pw_day=

# Each argument is a line. The day is worked out once a second only: bash reads the time zone anew each time.
pw_say() {
  if [ -n "@{EPOCHREALTIME-}" ]; then
    pw_now=$EPOCHREALTIME
    if [ "@{pw_now%[.,]*}" != "$pw_second" ]; then
      pw_second=@{pw_now%[.,]*}
      TZ=UTC0 printf -v pw_day '%(%Y/%m/%d %H:%M:%S)T' "$pw_second"
    fi
    pw_stamp=$pw_day.@{pw_now#*[.,]}
  else
    pw_stamp=$(PATH=$pw_path date -u '+%Y/%m/%d %H:%M:%S')
  fi
  printf "[Container] $pw_stamp %s\n" "$@" >&4
}

pw_keep() {
  printf '%s %s %s %s %s %s %s %s %s %s\n' "$pw_n" "$pw_running" "$pw_phase" "$pw_in" "$pw_bad" "$pw_code" \
    "$pw_failed" "$pw_over" "$pw_late" "$pw_stopped" >"$pw_control/at" 2>/dev/null || :
}

# A signal reaches processes that are there; this also reaches a shell that was about to start the next one.
pw_look() {
  if [ "$pw_stopped" = 1 ] || [ ! -e "$pw_orders/stop" ]; then return 1; fi
  pw_stopped=1 CODEBUILD_BUILD_SUCCEEDING=0
  if [ "$pw_in" = 0 ]; then pw_over=1; fi
}

pw_enter() {
  [ "$1" -gt "$pw_n" ] || return 0
  pw_look || :
  pw_n=$1 pw_phase=$2 pw_bad=- pw_code=0 pw_in=1
  if [ "$pw_over" = 1 ]; then
    # Cleaning up is also for builds that were stopped, once they may have something to clean up.
    if [ "$pw_stopped$pw_late$2" != 11POST_BUILD ]; then pw_in=0; fi
  fi
  if [ "$2" = PRE_BUILD ] && [ "$pw_in" = 1 ]; then pw_late=1; fi
  pw_keep
  [ "$pw_in" = 1 ] || return 0
  pw_say "Entering phase $2"
  printf '{"kind":"phase-start","phase":"%s"}\n' "$2" >&3
}

pw_begin() {
  pw_n=$1 pw_running=1
  pw_keep
  pw_say "Running command $pw_cmd"
  return 0
}

# A step of an earlier shell: it is only looked at for what it was, and ended if it was the last.
pw_past() {
  [ "$1" -le "$pw_n" ] || return 1
  if [ "$1" = "$pw_bad" ]; then pw_text=$pw_cmd; fi
  if [ "$1" = "$pw_n" ] && [ "$pw_running" = 1 ]; then
    pw_was=$pw_trace
    pw_end "$pw_status"
    pw_trace=$pw_was
  fi
}

pw_go() {
  if pw_past "$1" || [ "$pw_in" = 0 ] || [ "$pw_bad" != - ]; then return 1; fi
  if pw_look; then
    pw_bad=$1 pw_code=143 pw_text=$pw_cmd
    return 1
  fi
  pw_begin "$1"
}

pw_last() {
  ! pw_past "$1" && [ "$pw_in" = 1 ] && pw_begin "$1"
}

pw_end() {
  case $- in *x*) pw_trace='set -x; ' ;; *) pw_trace= ;; esac
  set +x
  pw_running=0
  if [ "$1" != 0 ]; then
    if [ "$pw_bad" = - ]; then pw_bad=$pw_n pw_code=$1 pw_text=$pw_cmd; fi
    CODEBUILD_BUILD_SUCCEEDING=0
    pw_say "Command did not exit successfully $pw_cmd exit status $1"
  fi
  pw_keep
}

pw_leave() {
  [ "$1" -gt "$pw_n" ] || return 0
  pw_n=$1
  if [ "$pw_in" = 1 ]; then
    pw_in=0
    if [ "$pw_bad" = - ]; then
      pw_say "Phase complete: $pw_phase State: SUCCEEDED" "Phase context status code:  Message: "
      printf '{"kind":"phase-end","phase":"%s"}\n' "$pw_phase" >&3
    else
      pw_failed=1
      if [ "$2" = end ] || [ "$pw_stopped" = 1 ]; then pw_over=1; fi
      pw_say "Phase complete: $pw_phase State: FAILED" \
        "Phase context status code: COMMAND_EXECUTION_ERROR Message: Error while executing command: $pw_text. Reason: exit status $pw_code"
      printf '{"kind":"phase-end","phase":"%s","step":%s,"code":%s}\n' "$pw_phase" "$pw_bad" "$pw_code" >&3
    fi
  fi
  pw_keep
}

pw_base64() {
  printf %s "$1" | PATH=$pw_path head -c 65536 | PATH=$pw_path base64 | PATH=$pw_path tr -d '\n'
}

pw_export() {
  [ "$1" -gt "$pw_n" ] || return 0
  pw_n=$1
  pw_keep
  eval "[ -n \"\@{$2+set}\" ]" || return 0
  eval "printf '{\"kind\":\"exported\",\"name\":\"$2\",\"value\":\"%s\"}\n' \"\$(pw_base64 \"\$$2\")\"" >&3
}

pw_expand() {
  [ "$1" -gt "$pw_n" ] || return 0
  pw_n=$1
  pw_keep
  pw_value=$(eval "printf %s \"$3\"" 3>&- 4>&-) || :
  printf '{"kind":"expanded","id":"%s","value":"%s"}\n' "$2" "$(pw_base64 "$pw_value")" >&3
}

pw_done() {
  trap - EXIT
  printf 'done %s\n' "$pw_failed" >"$pw_control/at"
  exit 0
}

# The shell ends before its time: the next one goes on with what this one knew.
pw_leaving() {
  { case $- in *x*) pw_trace='set -x; ' ;; esac; set +x; } 2>/dev/null
  pwd >"$pw_control/cwd"
  if [ -n "@{BASH_VERSION-}" ]; then
    { declare -p; declare -f; } >"$pw_control/state"
    { set +o; shopt -p; } >"$pw_control/options"
  else
    { set; export -p; } >"$pw_control/state"
    set +o >"$pw_control/options"
  fi
}
`;

/** Runs at the top level of `steps.sh`, after the library: what `declare` does in a function stays in the function. */
export const RESUME = shellText`
pw_phase=- pw_in=0 pw_n=0 pw_running=0 pw_bad=- pw_code=0 pw_failed=0 pw_over=0 pw_late=0 pw_stopped=0
if [ -f "$pw_control/died" ]; then
  if [ -f "$pw_control/state" ]; then . "$pw_control/state" 2>/dev/null; fi
  if [ -f "$pw_control/cwd" ]; then cd "$(PATH=$pw_path cat "$pw_control/cwd")" 2>/dev/null || :; fi
  IFS=' ' read -r pw_n pw_running pw_phase pw_in pw_bad pw_code pw_failed pw_over pw_late pw_stopped <"$pw_control/at"
  IFS=' ' read -r pw_status pw_told <"$pw_control/died"
  if [ "$pw_told" = 1 ]; then
    pw_stopped=1
    if [ "$pw_status" = 0 ]; then pw_status=143; fi
    if [ "$pw_in" = 0 ]; then pw_over=1; fi
  fi
  # Killed between two commands: the phase cannot be said to have gone well.
  if [ "$pw_running$pw_in$pw_bad" = 01- ]; then pw_bad=$pw_n pw_code=$pw_status pw_text='the shell of the build'; fi
  PATH=$pw_path rm -f "$pw_control/died" "$pw_control/state" "$pw_control/cwd"
  if [ -f "$pw_control/options" ]; then . "$pw_control/options" 2>/dev/null; fi
fi
trap '{ pw_leaving; } 2>/dev/null' EXIT
`;
