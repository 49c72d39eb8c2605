import type { Log } from '#adapters/logging/logger';
import { queueNamed } from '#core/agent/queues';
import type { CallBackNote } from '#core/conversation/effect';
import type { HandoverRequest } from '#core/conversation/hand-over-request';
import type { TurnInput } from '#core/conversation/input';
import { chooseQueues, queueCandidates, type QueueFacts } from '#core/handover/choose-queues';
import type { QueueStatus } from '#core/handover/queue-status';
import type { CallBackRequests } from '#core/ports/call-back-requests';
import type { Clock } from '#core/ports/clock';
import type { LanguageModel } from '#core/ports/language-model';
import type { QueueStatusSource } from '#core/ports/queue-status-source';
import type { CallRecord } from './call-record.ts';
import { preparePacket } from './hand-over.ts';

/** What the caller said lately says what the call is about. */
const TURNS_ABOUT = 6;

export interface ErrandServices {
  /** Undefined where nobody says how it looks in the queues. */
  readonly queueStatus: QueueStatusSource | undefined;
  readonly callBacks: CallBackRequests;
  readonly model: LanguageModel;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ErrandsOptions {
  readonly record: CallRecord;
  readonly services: ErrandServices;
  /** Aborted when the conversation ends. */
  readonly signal: AbortSignal;
  readonly onDone: (
    result: Extract<TurnInput, { type: 'queues-chosen' | 'call-back-recorded' | 'call-back-lost' }>,
  ) => void;
}

/** What one call asks of others on the way to a person: which queues are open, and to write down a call-back. Each answer has its question's number. */
export class Errands {
  readonly #options: ErrandsOptions;

  constructor(options: ErrandsOptions) {
    this.#options = options;
  }

  /** A hand-over is likely: what is asked now is known when it begins. */
  lookAhead(request: HandoverRequest): void {
    if (this.#options.services.queueStatus !== undefined) void this.#statuses(request);
  }

  /** At once where nobody has to be asked. Never throws: what is not known is left out. */
  chooseQueues(errand: number, request: HandoverRequest): void {
    const { services, signal } = this.#options;
    if (services.queueStatus === undefined) {
      this.#chosen(errand, request, new Map());
      return;
    }
    void this.#statuses(request).then((statuses) => {
      if (!signal.aborted) this.#chosen(errand, request, statuses);
    });
  }

  /** Never throws: what fails is an outcome. */
  async recordCallBack(errand: number, { request, line, number }: CallBackNote): Promise<void> {
    const { record, services, signal, onDone } = this.#options;
    const { offer, agent } = record.facts;
    const { name: queue } = queueNamed(agent, request.order?.[0]);
    try {
      const packet = await preparePacket(record.factsToTell, request, services, signal);
      const { intent, summary, language, customerId } = packet;
      await services.callBacks.record(
        {
          callId: offer.callId,
          contextId: offer.contextId,
          requestedAtMs: services.clock.now(),
          queue,
          number,
          line,
          calledFrom: offer.from.kind === 'number' ? offer.from.number : undefined,
          packet: { intent, summary, language, customerId },
        },
        signal,
      );
      services.log.info({ ...record.ids, queue, line }, 'call-back recorded');
      record.toolGave('call_back', `The people of the queue "${queue}" will call the caller back.`, []);
      onDone({ type: 'call-back-recorded', errand });
    } catch (error) {
      if (signal.aborted) return;
      services.log.error({ ...record.ids, queue, err: error }, 'call-back not recorded');
      onDone({ type: 'call-back-lost', errand });
    }
  }

  #chosen(errand: number, request: HandoverRequest, statuses: QueueFacts['statuses']): void {
    const { record, services, onDone } = this.#options;
    const { agent } = record.facts;
    const facts = { ...this.#facts(request), nowMs: services.clock.now(), statuses };
    const choice = chooseQueues(agent, request, facts);
    services.log.info(
      {
        ...record.ids,
        queues: choice.queues,
        line: choice.kind,
        ...(choice.kind === 'open' ? { waitMinutes: choice.waitMinutes } : {}),
      },
      'queues chosen',
    );
    onDone({ type: 'queues-chosen', errand, choice });
  }

  async #statuses(request: HandoverRequest): Promise<QueueFacts['statuses']> {
    const { record, services, signal } = this.#options;
    const { queueStatus, log } = services;
    const statuses = new Map<string, QueueStatus>();
    if (queueStatus === undefined) return statuses;
    const read = async (queue: string): Promise<void> => {
      try {
        statuses.set(queue, await queueStatus.read(queue, signal));
      } catch (error) {
        if (!signal.aborted) log.warn({ ...record.ids, queue, err: error }, 'queue status not known');
      }
    };
    await Promise.all(queueCandidates(record.facts.agent, request, this.#facts(request)).map(read));
    return statuses;
  }

  /** What the call is about, the surest first: what the agent understood, then what the caller said. */
  #facts({ words }: HandoverRequest): Pick<QueueFacts, 'language' | 'about' | 'stopWords'> {
    const { locale, turns } = this.#options.record.facts;
    const said = turns.flatMap((turn) => (turn.by === 'caller' ? [turn.text] : [])).slice(-TURNS_ABOUT);
    const about = [words.intent, words.summary, said.join(' ')];
    return {
      language: locale.language,
      about: about.filter((text) => text !== undefined),
      stopWords: locale.pack.stopWords,
    };
  }
}
