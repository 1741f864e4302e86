import { shellText } from './shell-text.ts';

/**
 * The outer script, for bash. It runs the steps in a shell of their own and looks at how that shell ended: a command
 * that calls `exit`, replaces the shell with `exec`, or is killed together with it ends only itself. The steps then go
 * on, in a new shell with the old one's variables, functions and folder, after the command that was running.
 *
 * Arguments: the control folder, the shell for the steps, and the folder of orders. Reports go to file descriptor 3; 4
 * is the log. The control folder holds `steps.sh`; `at`, how far the steps are; `died`, how their last shell ended;
 * `state`, what it left. The folder of orders is not the build's own: a file `stop` in it tells that nothing but
 * cleaning up may begin any more. Exit code: 0 when no phase failed, 1 when one did, 70 when the steps could not go on.
 */
export const SUPERVISOR = shellText`
control=$1
shell=$2
orders=$3
# bash tells of killed children on its own standard error: that is not for the log.
exec 4>&1 5>&2 2>/dev/null
stopped=0
trap 'stopped=1' TERM INT HUP
last=-
while :; do
  "$shell" "$control/steps.sh" "$control" "$orders" </dev/null 2>&5 5>&-
  code=$?
  at=
  read -r at <"$control/at"
  case $at in
    'done 0') exit 0 ;;
    'done '*) exit 1 ;;
  esac
  # No progress since the last time, and not because the build was told to stop: the disk is full or the folder is gone.
  if [ "$at $stopped" = "$last" ]; then
    printf '[Container] The shell of the build ended with status %s and cannot go on.\n' "$code" >&4
    exit 70
  fi
  last="$at $stopped"
  printf '%s %s\n' "$code" "$stopped" >"$control/died"
done
`;
