import { acsTokenValidator } from '#adapters/acs-tokens/token-validator';
import { loadCatalogue } from '#adapters/agents/agent-folder';
import { acsCallControl } from '#adapters/call-automation/call-control';
import { systemClock } from '#adapters/clock/system-clock';
import { openCustomers } from '#adapters/customers/open-customers';
import { httpTools } from '#adapters/http-tools/http-tools';
import { openKnowledge } from '#adapters/knowledge/open-knowledge';
import type { Log } from '#adapters/logging/logger';
import { systemRandom } from '#adapters/random/random-numbers';
import { tableAttemptStore } from '#adapters/storage/table-attempt-store';
import { httpQueueStatus } from '#adapters/queues/http-queue-status';
import { tableCallBackRequests } from '#adapters/storage/table-call-back-requests';
import { tableBridgeReports } from '#adapters/storage/table-bridge-reports';
import { tableCallStore } from '#adapters/storage/table-call-store';
import { tableCallerStore } from '#adapters/storage/table-caller-store';
import { tableSessionStore } from '#adapters/storage/table-session-store';
import { countedErrors } from '#adapters/telemetry/counted-errors';
import { countedKeys } from '#adapters/telemetry/counted-keys';
import { countedTools } from '#adapters/telemetry/counted-tools';
import type { NeededService } from '#core/admission/region';
import type { BridgeReports } from '#core/ports/bridge-reports';
import type { Telemetry } from '#core/ports/telemetry';
import { FrameClock } from './audio/frame-clock.ts';
import { fvadDetectors } from './audio/voice-detector.ts';
import type { BridgeConfig } from './config.ts';
import { promptUtterances } from './prompt-utterances.ts';
import type { BridgeServices } from './server.ts';
import { turnServices } from './turn-services.ts';

export interface Composed {
  readonly services: BridgeServices;
  /** Where this bridge says how it is, and what it has to say about the services it needs. */
  readonly reports: BridgeReports;
  readonly failing: () => readonly NeededService[];
  /** Gives back what the services keep open between calls. */
  readonly close: () => void;
}

/** Everything a call needs, made once. Throws `ConfigurationError` for a wrong agent or customer file. */
export async function compose(config: BridgeConfig, log: Log, telemetry: Telemetry): Promise<Composed> {
  const counted = <Port extends object>(port: Port): Port => countedErrors(port, telemetry);
  const clock = systemClock();
  const agents = loadCatalogue(config.agents);
  const { model, speechToText, textToSpeech, failing, warm, close } = turnServices(config, clock, log, telemetry);
  const definitions = agents.all.map(({ definition }) => definition);
  const tools = countedTools(httpTools(definitions, config.tools, log), telemetry);
  const queueStatus =
    config.queueStatus === undefined ? undefined : counted(httpQueueStatus(config.queueStatus, { clock, log }));
  const knowledge = openKnowledge(config.knowledge, agents.all);
  const customers = openCustomers(config.customers, { clock, log });
  const proof = customers.proof(tableAttemptStore(config.storage));
  const directory = customers.directory && counted(customers.directory);
  warm(promptUtterances(agents.all));
  return {
    services: {
      agents,
      validateToken: countedKeys(acsTokenValidator(config.tokens), telemetry),
      missingToken: config.listen.missingToken,
      mediaSilenceMs: config.listen.mediaSilenceMs,
      ticketSecret: config.ticket.secret,
      callbackBaseUrl: config.callbackBaseUrl,
      transfer: config.transfer,
      keySource: config.keySource,
      calls: counted(tableCallStore(config.storage)),
      sessions: counted(tableSessionStore(config.storage)),
      customers: directory,
      callers: counted(tableCallerStore(config.storage)),
      random: systemRandom,
      trunkHeader: config.agents.trunkHeader,
      identityProof: proof && counted(proof),
      tools: { httpTools: tools, customers: directory, knowledge: knowledge && counted(knowledge), log },
      queueStatus,
      callBacks: counted(tableCallBackRequests(config.storage)),
      control: counted(acsCallControl(config.callControl, config.telephony.callQueues)),
      model,
      speechToText,
      textToSpeech,
      detectors: await fvadDetectors(),
      frameClock: new FrameClock(clock),
      clock,
      log,
      telemetry,
    },
    reports: counted(tableBridgeReports(config.storage)),
    failing,
    close: () => {
      tools.close();
      queueStatus?.close();
      customers.close();
      close();
    },
  };
}
