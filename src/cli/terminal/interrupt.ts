/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const receive = () => {
      if (asked) process.exit(130);
      asked = true;
      resolve();
    };
    process.on('SIGINT', receive);
    process.on('SIGTERM', receive);
    process.on('SIGHUP', receive);
  });
}
