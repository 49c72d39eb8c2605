/** Ends the process once: by SIGTERM, by SIGINT, or with its parent. */

type EndReason = 'SIGTERM' | 'SIGINT' | 'parent-gone';

/** `end` frees everything; the process then leaves by itself with status 0, or at once with 1 when `end` failed. */
export function endWithSignals(
  end: (reason: EndReason) => Promise<void>,
  { exitWithParent, onFailure }: { readonly exitWithParent: boolean; readonly onFailure: (error: unknown) => void },
): void {
  let ending = false;
  const once = (reason: EndReason): void => {
    if (ending) return;
    ending = true;
    end(reason).then(
      () => {
        process.stdin.destroy();
      },
      (error: unknown) => {
        onFailure(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', once);
  process.on('SIGINT', once);
  if (!exitWithParent) return;
  process.stdin.on('end', () => once('parent-gone'));
  process.stdin.on('error', () => once('parent-gone'));
  process.stdin.resume();
}
