import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { parseJson } from '../../http/body.ts';
import type { Faults } from '../control/faults.ts';
import { EngineClosed, EngineBusy, type SpeechEngine } from '../engine/pool.ts';
import type { SpeechFrame } from '../protocol/frame.ts';
import type { FrameHandler, SpeechConnection } from '../protocol/connection.ts';
import { speakUtterance, TooLong } from './utterance.ts';
import { defaultSynthesisOptions, parseSynthesisContext, type SynthesisOptions } from './synthesis-options.ts';
import { cutIntoClauses } from './clause.ts';
import { parseSsml } from './ssml.ts';

interface Dependencies {
  readonly engine: SpeechEngine;
  readonly faults: Faults;
  readonly log: Logger;
}

/** Some ten minutes of speech. */
const MAX_SSML_BYTES = 64 * 1024;
/** A client that asks for more at once than this does not wait for its answers. */
const MAX_WAITING = 16;

/** One client of the synthesis surface: utterances are spoken one after the other, in the order asked for. */
export class SynthesisClient implements FrameHandler {
  readonly #connection: SpeechConnection;
  readonly #deps: Dependencies;
  readonly #waiting: { readonly requestId: string; readonly ssml: string; readonly options: SynthesisOptions }[] = [];
  #options: SynthesisOptions = defaultSynthesisOptions;
  #speaking: { readonly requestId: string; readonly abort: AbortController } | undefined;

  constructor(connection: SpeechConnection, deps: Dependencies) {
    this.#connection = connection;
    this.#deps = deps;
  }

  handle(frame: SpeechFrame): void {
    if (frame.kind !== 'text') {
      this.#connection.close(1007, 'Unexpected binary message');
      return;
    }
    switch (frame.path) {
      case 'synthesis.context': {
        this.#takeContext(frame);
        return;
      }
      case 'ssml': {
        this.#takeSsml(frame);
        return;
      }
      case 'synthesis.control': {
        this.#takeControl(frame);
        return;
      }
    }
  }

  closed(): void {
    this.#waiting.length = 0;
    this.#speaking?.abort.abort(new EngineClosed('the client left'));
  }

  #takeContext(frame: SpeechFrame): void {
    const parsed = parseSynthesisContext(parseJson(frame.body.toString('utf8')));
    if (!parsed.ok) {
      this.#connection.close(1007, parsed.reason);
      return;
    }
    this.#options = parsed.options;
  }

  #takeSsml({ requestId, body }: SpeechFrame): void {
    if (body.byteLength > MAX_SSML_BYTES) {
      this.#connection.close(1007, 'The SSML is too long');
      return;
    }
    if (this.#waiting.length >= MAX_WAITING) {
      this.#connection.close(1007, 'Too many requests at once');
      return;
    }
    this.#waiting.push({ requestId, ssml: body.toString('utf8'), options: this.#options });
    this.#speakNext();
  }

  #takeControl({ requestId, body }: SpeechFrame): void {
    const message = parseJson(body.toString('utf8'));
    const action = typeof message === 'object' && message !== null && 'action' in message ? message.action : undefined;
    if (action === 'stop' && this.#speaking?.requestId === requestId)
      this.#speaking.abort.abort(new Stopped('stopped'));
  }

  #speakNext(): void {
    if (this.#speaking !== undefined) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    const abort = new AbortController();
    this.#speaking = { requestId: next.requestId, abort };
    this.#speak(next.requestId, next.ssml, next.options, abort.signal).then(
      () => this.#finished(),
      (error: unknown) => {
        this.#fail(next.requestId, error);
        this.#finished();
      },
    );
  }

  #finished(): void {
    this.#speaking = undefined;
    if (this.#connection.isOpen) this.#speakNext();
  }

  async #speak(requestId: string, ssml: string, options: SynthesisOptions, signal: AbortSignal): Promise<void> {
    const fault = this.#deps.faults.atTurn('synthesis');
    this.#connection.answerDelayMs = fault?.mode === 'slow' ? fault.delayMs : 0;
    if (fault?.mode === 'hang') return;
    if (fault?.mode === 'close' || fault?.mode === 'error') {
      this.#connection.close(1011, 'Internal server error');
      return;
    }
    if (fault?.mode === 'garbage') {
      this.#connection.sendGarbage();
      return;
    }
    const parsed = parseSsml(ssml);
    if (!parsed.ok) {
      this.#connection.close(1007, parsed.reason);
      return;
    }
    const clauses = cutIntoClauses(parsed.parts);
    if (clauses.length === 0) {
      this.#connection.close(1007, 'The text to speak is empty');
      return;
    }
    const streamId = randomUUID().replaceAll('-', '').toUpperCase();
    const context = { serviceTag: this.#connection.id };
    this.#connection.sendText('turn.start', requestId, { context });
    this.#connection.sendText('response', requestId, { context, audio: { type: 'inline', streamId } });
    for await (const part of speakUtterance(this.#deps.engine, clauses, options, signal)) {
      if (part.kind === 'audio') this.#connection.sendAudio(requestId, streamId, options.contentType, part.bytes);
      else this.#connection.sendText('audio.metadata', requestId, { Metadata: part.events });
      if (part.kind === 'audio' && fault?.mode === 'cut') {
        this.#connection.terminate();
        return;
      }
    }
    this.#connection.sendText('turn.end', requestId, {});
  }

  #fail(requestId: string, error: unknown): void {
    if (error instanceof Stopped) {
      this.#connection.sendText('turn.end', requestId, {});
      return;
    }
    if (error instanceof TooLong) {
      this.#connection.close(1007, error.message);
      return;
    }
    if (error instanceof EngineBusy) {
      this.#connection.close(1011, 'Too many requests');
      return;
    }
    if (!this.#connection.isOpen || error instanceof EngineClosed) return;
    this.#deps.log.error({ err: error }, 'synthesis failed');
    this.#connection.close(1011, 'Internal server error');
  }
}

class Stopped extends Error {
  override readonly name = 'Stopped';
}
