import type { HandoverReason } from '../handover/packet.ts';
import type { PacketWords } from '../handover/build-packet.ts';
import type { QueueOrder } from '../handover/choose-queues.ts';

/** Why, where to and with which words a caller shall be handed over. */
export interface HandoverRequest {
  readonly reason: HandoverReason;
  /** A queue's name; the default queue when the agent does not say, or names none of its own. */
  readonly queue: string | undefined;
  readonly words: PacketWords;
  /** The queues that are tried, once they are chosen. */
  readonly order?: QueueOrder;
}
