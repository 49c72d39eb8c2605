import type { Log } from '#adapters/logging/logger';
import type { TransferSettings } from '#adapters/call-automation/transfer-settings';
import type { AgentCatalogue } from '#core/agent/agent';
import type { KeySource } from '#core/conversation/key-sources';
import type { CallOffer } from '#core/call/offer';
import type { CallControl } from '#core/ports/call-control';
import type { CallStore } from '#core/ports/call-store';
import type { Clock } from '#core/ports/clock';
import type { SessionStore } from '#core/ports/session-store';
import type { WatchdogQueue } from '#core/ports/watchdog-queue';

/** What it takes to move a call along its life: the rows, the front, and who takes a call that we cannot serve. */
export interface CallServices {
  readonly calls: CallStore;
  /** Read only: what the bridge knew of a call that has failed. */
  readonly sessions: Pick<SessionStore, 'load'>;
  readonly control: CallControl;
  readonly clock: Clock;
  readonly log: Log;
  readonly watchdog: WatchdogQueue;
  /** How long the media stream may take to come up. */
  readonly watchdogMs: number;
  /** The failure queue of a call's agent takes the call when it fails; its failure message is the last word. */
  readonly agents: AgentCatalogue;
  readonly transfer: TransferSettings;
  /** With `media` nobody asks the front to report keys. */
  readonly keySource: KeySource;
  /** Where the front reports on this call. */
  readonly callbackUrl: (offer: CallOffer) => string;
}
