/**
 * Named places where the crash suite stops the process. In production `hit` does nothing; with
 * `PIPEWRIGHT_FAILPOINT=<name>[#<n>]` the process kills itself with SIGKILL at the n-th hit (default the first), and
 * with `PIPEWRIGHT_FAILPOINTS_RECORD=<file>` each hit appends its name to the file.
 */
export interface Failpoints {
  hit(name: string): void;
}
