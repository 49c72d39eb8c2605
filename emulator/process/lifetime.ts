export type EndReason = 'SIGTERM' | 'SIGINT' | 'parent-gone';

/**
 * Ends a process of the emulator once: on SIGTERM, on SIGINT, and, when asked, when the parent has gone (its end of our stdin
 * closes). `end` frees everything; the process then leaves by itself with status 0, or with 1 when `end` failed.
 */
export function endWithSignals(
  end: (reason: EndReason) => Promise<void>,
  options: { readonly exitWithParent: boolean; readonly onFailure: (error: unknown) => void },
): void {
  let ending: Promise<void> | undefined;
  const once = (reason: EndReason): void => {
    ending ??= end(reason).then(
      () => {
        process.exitCode = 0;
        process.stdin.destroy();
      },
      (error: unknown) => {
        options.onFailure(error);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', () => once('SIGTERM'));
  process.once('SIGINT', () => once('SIGINT'));
  if (options.exitWithParent) {
    process.stdin.once('end', () => once('parent-gone'));
    process.stdin.once('error', () => once('parent-gone'));
    process.stdin.resume();
  }
}
