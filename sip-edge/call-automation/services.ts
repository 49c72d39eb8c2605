/** What the operations work with. Each operation takes the few it needs. */
import type { CallRegistry } from '../calls/call-registry.ts';
import type { JoinedCalls } from '../calls/joined-calls.ts';
import type { Traces } from '../telemetry/traces.ts';
import type { OpenCall } from '../calls/open-call.ts';
import type { IncomingCalls } from '../calls/incoming-calls.ts';
import type { PromptLoader } from '../calls/prompt-source.ts';
import type { Telephony } from '../leg.ts';
import type { Log } from '../log.ts';
import type { Recordings } from '../recording/recordings.ts';
import type { SipConfigurationStore } from '../routing/sip-configuration.ts';
import type { SettingsStore } from '../settings.ts';
import type { UrlPolicy } from './url-policy.ts';

export interface EdgeServices {
  readonly incoming: IncomingCalls;
  readonly calls: CallRegistry;
  /** Takes over the ringing leg and starts answering it. */
  readonly openCall: OpenCall;
  readonly telephony: Telephony;
  readonly joined: JoinedCalls;
  readonly traces: Traces;
  readonly prompts: PromptLoader;
  /** Undefined when no folder is configured. */
  readonly recordings: Recordings | undefined;
  readonly routing: SipConfigurationStore;
  readonly settings: SettingsStore;
  readonly urls: UrlPolicy;
  readonly log: Log;
}
