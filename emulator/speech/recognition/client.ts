import type { Logger } from 'pino';
import { parseJson } from '../../http/body.ts';
import type { Faults } from '../control/faults.ts';
import type { SpeechFrame } from '../protocol/frame.ts';
import type { FrameHandler, SpeechConnection } from '../protocol/connection.ts';
import { AudioStream } from './audio-stream.ts';
import type { PhraseBook } from './phrase-book.ts';
import { Recognition, type Heard } from './recognition.ts';
import { endDetected, endOfDictation, messageFor, serviceError, type ServiceMessage } from './result-messages.ts';
import { withContext, type TurnOptions } from './turn-options.ts';

/** A turn is one request id: from its first audio to the end of the audio or, when interactive, to the first result. */
type Turn =
  | { readonly phase: 'waiting' }
  | {
      readonly phase: 'listening';
      readonly requestId: string;
      readonly options: TurnOptions;
      readonly audio: AudioStream;
      readonly recognition: Recognition;
      /** Whether the first words are the last thing this socket carries. */
      readonly atWords: 'answer' | 'cut';
    }
  /** Late audio of a request that has its result is passed over, as the service does. */
  | { readonly phase: 'over'; readonly requestId: string };

interface Dependencies {
  readonly phrases: PhraseBook;
  readonly faults: Faults;
  readonly log: Logger;
}

/** One client of the recognition surface. */
export class RecognitionClient implements FrameHandler {
  readonly #connection: SpeechConnection;
  readonly #base: TurnOptions;
  readonly #deps: Dependencies;
  #options: TurnOptions;
  #turn: Turn = { phase: 'waiting' };

  constructor(connection: SpeechConnection, options: TurnOptions, deps: Dependencies) {
    this.#connection = connection;
    this.#base = options;
    this.#options = options;
    this.#deps = deps;
  }

  handle(frame: SpeechFrame): void {
    if (frame.path === 'speech.context' && frame.kind === 'text') {
      this.#takeContext(frame);
      return;
    }
    if (frame.path === 'audio' && frame.kind === 'binary') {
      this.#takeAudio(frame);
      return;
    }
    // speech.config, telemetry and what newer clients send: nothing here depends on them.
  }

  closed(): void {
    this.#turn = { phase: 'waiting' };
  }

  #takeContext(frame: SpeechFrame): void {
    const options = withContext(this.#base, parseJson(frame.body.toString('utf8')));
    if ('refused' in options) {
      this.#connection.close(1007, options.refused);
      return;
    }
    this.#options = options;
  }

  #takeAudio({ requestId, body }: SpeechFrame): void {
    if (this.#turn.phase === 'over' && this.#turn.requestId === requestId) return;
    const turn =
      this.#turn.phase === 'listening' && this.#turn.requestId === requestId ? this.#turn : this.#begin(requestId);
    if (turn === undefined) return;
    if (body.byteLength === 0) {
      this.#endOfAudio(turn);
      return;
    }
    const samples = turn.audio.push(body);
    if (samples === undefined) {
      this.#connection.close(1007, 'Unsupported audio format');
      return;
    }
    for (const heard of turn.recognition.push(samples)) {
      this.#tell(turn, heard);
      if (turn.options.mode === 'interactive' && isResult(heard)) {
        this.#end(turn, []);
        return;
      }
    }
  }

  #begin(requestId: string): Extract<Turn, { phase: 'listening' }> | undefined {
    this.#turn = { phase: 'over', requestId };
    const fault = this.#deps.faults.atTurn('recognition');
    this.#connection.answerDelayMs = fault?.mode === 'slow' ? fault.delayMs : 0;
    if (fault?.mode === 'hang') return undefined;
    if (fault?.mode === 'close') {
      this.#connection.close(1011, 'Internal server error');
      return undefined;
    }
    this.#connection.sendText('turn.start', requestId, { context: { serviceTag: this.#connection.id } });
    if (fault?.mode === 'error') {
      this.#send(requestId, serviceError());
      this.#connection.sendText('turn.end', requestId, {});
      return undefined;
    }
    const options = this.#options;
    const references = (): ReturnType<PhraseBook['references']> => this.#deps.phrases.references(options.languages);
    const turn = {
      phase: 'listening',
      requestId,
      options,
      audio: new AudioStream(),
      recognition: new Recognition({ ...options, references }),
      atWords: fault?.mode === 'cut' ? 'cut' : 'answer',
    } as const;
    this.#turn = turn;
    return turn;
  }

  #endOfAudio(turn: Extract<Turn, { phase: 'listening' }>): void {
    const heard = turn.recognition.finish();
    for (const last of heard) this.#tell(turn, last);
    const atMs = turn.recognition.heardMs;
    const nothingSaid: Heard = { type: 'initial-silence', endMs: atMs };
    if (turn.options.mode !== 'interactive') {
      this.#end(turn, [endOfDictation(atMs)]);
      return;
    }
    this.#end(turn, heard.length > 0 ? [] : [messageFor(nothingSaid, turn.options)]);
  }

  #end(turn: Extract<Turn, { phase: 'listening' }>, last: readonly ServiceMessage[]): void {
    this.#turn = { phase: 'over', requestId: turn.requestId };
    for (const message of [endDetected(turn.recognition.heardMs), ...last]) this.#send(turn.requestId, message);
    this.#connection.sendText('turn.end', turn.requestId, {});
  }

  #tell(turn: Extract<Turn, { phase: 'listening' }>, heard: Heard): void {
    if (turn.atWords === 'cut' && heard.type !== 'speech-started') this.#connection.terminate();
    if (heard.type === 'recognised') this.#deps.log.info({ confidence: heard.match.confidence }, 'phrase recognised');
    if (heard.type === 'no-match') {
      const { nearest, startMs, endMs } = heard;
      this.#deps.log.info({ nearestDistance: nearest?.distance, speechMs: endMs - startMs }, 'phrase not recognised');
    }
    this.#send(turn.requestId, messageFor(heard, turn.options));
  }

  #send(requestId: string, { path, body }: ServiceMessage): void {
    this.#connection.sendText(path, requestId, body);
  }
}

function isResult(heard: Heard): boolean {
  return heard.type === 'recognised' || heard.type === 'no-match' || heard.type === 'initial-silence';
}
