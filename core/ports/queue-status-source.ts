import type { QueueStatus } from '../handover/queue-status.ts';

/** The people's own system: how it looks in their queues now. */
export interface QueueStatusSource {
  /**
   * `queue` by its name in the agent's definition. Answers within a budget of its own, may be some seconds old, and knows every queue it is asked about
   * or throws `PortError`: then the queue's state is not known, and callers are connected as if nobody had asked.
   */
  read(queue: string, signal: AbortSignal): Promise<QueueStatus>;
}
