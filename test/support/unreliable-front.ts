import type { CallControl, CallLook } from '#core/ports/call-control';
import { PortError } from '#core/ports/error';
import { connectionId } from './offered-call.ts';

/** Where the caller is. */
export type Caller = 'ringing' | 'rang-out' | 'on-the-line' | 'with-a-person' | 'hung-up-on' | 'hung-up';

/** Things that will happen, in the order of their times. */
export interface Agenda {
  readonly nowMs: number;
  at(afterMs: number, what: () => unknown): void;
}

/** Numbers from 0 to 99, the same again for the same run. */
export type Dice = () => number;

export interface UnreliableFront extends CallControl {
  readonly caller: Caller;
  /** Whether the caller and the agent hear each other. */
  readonly isStreaming: boolean;
  readonly operations: readonly string[];
  /** More than one caller is never answered, however often it is asked for. */
  readonly answers: number;
  /** The caller hangs up, or the agent does after the last word. */
  end(by: 'caller' | 'agent'): void;
  /** The bridge has died: the stream is gone. */
  dropStream(): void;
}

const RING_MS = 30_000;
const TRANSFER_MS = 60_000;
const MESSAGE_MS = 8_000;

const gone = (): PortError =>
  new PortError('call-control', '404/8522', { retryable: false, status: 404, code: '8522' });
const conflict = (code: string): PortError =>
  new PortError('call-control', `409/${code}`, { retryable: false, status: 409, code });

/**
 * A front that obeys the facts (one answer a call, one transfer at a time) and on which nothing else can be relied: until `isWell` says so, requests are
 * refused, done without a response, or lost with the process that sent them, and reports are late, lost, or told twice.
 */
export function unreliableFront(
  agenda: Agenda,
  roll: Dice,
  report: (type: string, data: Record<string, unknown>) => Promise<unknown>,
  isWell: () => boolean,
): UnreliableFront {
  let caller: Caller = 'ringing';
  let isStreaming = false;
  let transfer: string | undefined;
  let answers = 0;
  const operations: string[] = [];

  const tell = (type: string, data: Record<string, unknown> = {}, mayBeLost = true): void => {
    const fate = isWell() ? 99 : roll();
    if (fate < 15 && mayBeLost) return;
    const delayMs = fate < 40 ? roll() * 100 : 10;
    agenda.at(delayMs, () => report(type, data));
    if (fate < 50) agenda.at(delayMs + roll() * 50, () => report(type, data));
  };
  const ask = async <Result>(operation: string, work: (isHeardOf: boolean) => Result): Promise<Result> => {
    operations.push(operation);
    await Promise.resolve();
    const fate = isWell() ? 99 : roll();
    if (fate < 8) throw new PortError('call-control', '403', { retryable: false, status: 403, code: '7504' });
    if (fate < 20) throw new PortError('call-control', '503', { retryable: true, status: 503 });
    if (fate < 23) throw new Error('the process died before the request');
    const result = work(fate >= 30);
    if (fate < 28) throw new PortError('call-control', 'no answer in time', { retryable: true });
    if (fate < 30) throw new Error('the process died after the request');
    return result;
  };
  const isOver = (): boolean => caller !== 'on-the-line';
  const onTheLine = (): void => {
    if (isOver()) throw gone();
  };
  const leave = (to: Caller, subCode: number): void => {
    caller = to;
    isStreaming = false;
    tell('CallDisconnected', { resultInformation: { code: 200, subCode } });
  };
  const openStream = (): void => {
    const fate = isWell() ? 99 : roll();
    // No bridge, and sometimes not a word of it.
    if (fate < 15) tell('MediaStreamingFailed', lostStream);
    if (fate < 20) return;
    agenda.at(200, () => {
      if (isOver()) return;
      isStreaming = true;
      tell('MediaStreamingStarted');
    });
  };
  agenda.at(RING_MS, () => {
    if (caller === 'ringing') caller = 'rang-out';
  });

  return {
    get caller() {
      return caller;
    },
    get isStreaming() {
      return isStreaming;
    },
    get answers() {
      return answers;
    },
    operations,
    end: (by) => leave('hung-up', by === 'agent' ? 7000 : 540_000),
    dropStream: () => {
      isStreaming = false;
      tell('MediaStreamingFailed', lostStream);
    },
    answer: () =>
      ask('answer', (isHeardOf) => {
        if (caller !== 'ringing') throw gone();
        caller = 'on-the-line';
        answers += 1;
        // Of a call whose answer had no response and of which nothing is ever told nobody knows how to speak to it.
        tell('CallConnected', {}, isHeardOf);
        openStream();
        return connectionId;
      }),
    redirect: () =>
      ask('redirect', () => {
        if (caller !== 'ringing') throw gone();
        caller = 'with-a-person';
      }),
    reject: () =>
      ask('reject', () => {
        if (caller !== 'ringing') throw gone();
        caller = 'hung-up-on';
      }),
    startMedia: () =>
      ask('startMedia', () => {
        onTheLine();
        if (isStreaming)
          throw new PortError('call-control', '400/8500', { retryable: false, status: 400, code: '8500' });
        openStream();
        return 'asked' as const;
      }),
    listenForKeys: () => ask('listenForKeys', () => 'asked' as const),
    transfer: ({ transferId }) =>
      ask('transfer', () => {
        if (isOver()) return 'gone' as const;
        if (transfer !== undefined) throw conflict('8607');
        transfer = transferId;
        const answered = roll() < 50;
        agenda.at(answered ? 5_000 : TRANSFER_MS, () => {
          transfer = undefined;
          if (isOver()) return;
          const data = { operationContext: transferId };
          if (!answered) tell('CallTransferFailed', { ...data, resultInformation: { code: 480, subCode: 560_480 } });
          else {
            tell('CallTransferAccepted', data);
            leave('with-a-person', 7015);
          }
        });
        return 'asked' as const;
      }),
    playText: ({ playId }) =>
      ask('playText', () => {
        if (isOver()) return 'gone' as const;
        agenda.at(MESSAGE_MS, () => {
          if (!isOver()) tell('PlayCompleted', { operationContext: playId });
        });
        return 'asked' as const;
      }),
    hangUp: () =>
      ask('hangUp', () => {
        if (isOver()) return 'gone' as const;
        leave('hung-up-on', 7000);
        return 'asked' as const;
      }),
    look: () =>
      ask('look', (): CallLook => {
        if (isOver()) return 'gone';
        return isStreaming ? 'streaming' : 'silent';
      }),
  };
}

const lostStream = { mediaStreamingUpdate: { mediaStreamingStatusDetails: 'streamConnectionInterrupted' } };
