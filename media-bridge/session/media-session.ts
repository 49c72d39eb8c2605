import type { Log } from '#adapters/logging/logger';
import type { Agent, AgentCatalogue } from '#core/agent/agent';
import { chooseLocale } from '#core/language/choose-language';
import { headerValue } from '#core/handover/inbound-headers';
import { SAMPLE_RATE_HZ } from '#core/audio/pcm';
import { mayComeBack } from '#core/call/may-come-back';
import type { CallState } from '#core/call/state';
import { greetingFor } from '#core/conversation/greeting';
import type { KeySource } from '#core/conversation/key-sources';
import { resumption } from '#core/conversation/resume';
import { areOwnWords } from '#core/conversation/own-words';
import { wordCount } from '#core/conversation/words';
import type { CallConnectionId } from '#core/ids';
import { customerOf, unknownCaller } from '#core/identity/caller-identity';
import type { CallStore } from '#core/ports/call-store';
import type { CallerStore } from '#core/ports/caller-store';
import type { Clock } from '#core/ports/clock';
import type { CustomerDirectory, FoundCustomer } from '#core/ports/customer-directory';
import type { RandomNumbers } from '#core/ports/random-numbers';
import type { IdentityProof } from '#core/ports/identity-proof';
import type { SessionLease } from '#core/ports/session-store';
import type { SpeechToText, SpeechToTextOptions, Words } from '#core/ports/speech-to-text';
import type { TextToSpeech } from '#core/ports/text-to-speech';
import type { Telemetry } from '#core/ports/telemetry';
import { readInboundMessage } from '../acs/inbound-message.ts';
import { audioMessage, stopAudioMessage } from '../acs/outbound-message.ts';
import type { FrameClock } from '../audio/frame-clock.ts';
import type { VoiceDetectors } from '../audio/voice-detector.ts';
import { CallStory } from './call-story.ts';
import { CallerVoice } from './caller-voice.ts';
import { CallerKeys } from './caller-keys.ts';
import { CallRowWatch } from './call-row-watch.ts';
import { Conversation } from './conversation.ts';
import type { ErrandServices } from './errands.ts';
import type { HandoverServices } from './hand-over.ts';
import { goodMoment } from './departure.ts';
import { FrameGap } from './frame-gap.ts';
import { Hearing } from './hearing.ts';
import { gatesFor } from './gates.ts';
import { whoIsCalling } from './opening.ts';
import { SessionJournal } from './session-journal.ts';
import { Speaker } from './speaker.ts';
import { callToolRunner, type ToolServices } from './tool-runner.ts';

/** The members of a WebSocket that a media session uses. */
export interface MediaSocket {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Bytes handed over and not yet on the network. */
  readonly bufferedAmount: number;
}

export interface SessionServices extends HandoverServices, ErrandServices {
  readonly agents: AgentCatalogue;
  readonly speechToText: SpeechToText;
  readonly textToSpeech: TextToSpeech;
  readonly calls: CallStore;
  /** Undefined when no source of customers is set. */
  readonly customers: CustomerDirectory | undefined;
  /** Whom the control plane has found. */
  readonly callers: CallerStore;
  /** Undefined when there is nothing to compare with: nobody can prove who they are. */
  readonly identityProof: IdentityProof | undefined;
  readonly random: RandomNumbers;
  /** Names the trunk of a call. */
  readonly trunkHeader: string;
  readonly tools: ToolServices;
  readonly detectors: VoiceDetectors;
  readonly frameClock: FrameClock;
  readonly telemetry: Telemetry;
  readonly keySource: KeySource;
  /** After so long without a frame a stream that had begun is given up; 0: never. */
  readonly mediaSilenceMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface SessionStart {
  /** The call row, read before the socket was accepted. */
  readonly call: Exclude<CallState, { phase: 'ended' }>;
  readonly connectionId: CallConnectionId;
  /** The session row, claimed for this media session; with what an earlier one knew when the stream was lost and has come back. */
  readonly lease: SessionLease;
}

/** Why a media session ended. */
export type SessionEnd = 'socket-closed' | 'call-ended' | 'hung-up' | 'silent' | 'replaced' | 'drained' | 'broken';

/** The caller has heard all there is of a reply that is still being written: after so long something is said. */
const STALLED_AFTER_MS = 4_000;
/** From the end of a word to the transcript that has it. */
const RECOGNITION_DELAY_MS = 2_500;
/** So many words are of one language. */
const TELLING_WORDS = 2;
/** Words with less voice than this were not said by anybody. */
const VOICE_MIN_MS = 60;
/** What a tool waits until it is written that it begins. */
const CHANGE_NOTED_BUDGET_MS = 500;
/** RFC 6455 section 7.4.1 and its registry: 1012 is "service restart". */
const CLOSE_CODES: { readonly [End in SessionEnd]: number } = {
  'socket-closed': 1000,
  'call-ended': 1000,
  'hung-up': 1000,
  silent: 1011,
  replaced: 1000,
  drained: 1012,
  broken: 1011,
};
/** ACS closes the socket when the call ends; if it does not, we do, and leave the end of the call to the functions. */
const HUNG_UP_GRACE_MS = 5_000;
/** Two seconds of audio: a peer that reads so slowly will not play it in time either. */
const BUFFERED_MAX_BYTES = 2 * 50 * 1_000;

/** What the bridge keeps for one call's socket: hears, speaks, and ends once, whatever ends it. */
export class MediaSession {
  readonly #start: SessionStart;
  readonly #services: SessionServices;
  readonly #socket: MediaSocket;
  readonly #agent: Agent;
  readonly #conversation: Conversation;
  readonly #voice: CallerVoice;
  readonly #hearing: Hearing;
  readonly #journal: SessionJournal;
  readonly #story: CallStory;
  readonly #rowWatch: CallRowWatch;
  readonly #keys: CallerKeys;
  readonly #gap: FrameGap;
  readonly #stopTicking: () => void;
  readonly #closed = new AbortController();
  readonly #counts = { malformed: 0, unknownKind: 0, droppedFrames: 0 };
  readonly #onChange = new Set<() => void>();
  #ended: Promise<void> | undefined;
  #hungUp: NodeJS.Timeout | undefined;

  constructor(socket: MediaSocket, start: SessionStart, services: SessionServices) {
    const { agents, clock, log } = services;
    const { call, lease } = start;
    const earlier = lease.earlier?.record;
    const { offer } = call;
    const agent = agents.named(earlier?.agent ?? '') ?? agents.for(offer);
    const chosen = chooseLocale(agent, offer, customerOf(earlier?.identity ?? unknownCaller));
    const locale = agent.locales.find(({ language }) => language === earlier?.language) ?? chosen.locale;
    const [first, ...others] = chosen.candidates;
    // Whoever has spoken before has shown in which language.
    const languages: SpeechToTextOptions['languages'] =
      earlier === undefined ? [first.language, ...others.map(({ language }) => language)] : [locale.language];
    this.#socket = socket;
    this.#start = start;
    this.#services = services;
    this.#agent = agent;
    this.#journal = new SessionJournal({
      callId: offer.callId,
      lease,
      read: () => this.#conversation.sessionRecord,
      clock,
      log,
      onLost: () => void this.end('replaced'),
    });
    this.#story = new CallStory(offer, services);
    this.#voice = new CallerVoice({
      detector: services.detectors(),
      clock,
      interruptAfterMs: () => this.#conversation.interruptAfterMs,
      onFrame: (frame, isVoice) => {
        this.#hearing.push(frame);
        this.#story.frameHeard();
        if (isVoice) this.#hearing.voiceHeard();
      },
      onVoice: (type) => this.#conversation.dispatch({ type }),
    });
    this.#conversation = new Conversation({
      facts: { agent: agent.definition, locale, offer },
      agent,
      earlier,
      connectionId: start.connectionId,
      services,
      tools: (call) => callToolRunner(services.tools, call),
      speaker: (events) =>
        new Speaker({
          textToSpeech: services.textToSpeech,
          sendFrame: (pcm) => this.#sendFrame(pcm),
          onHeard: (pcm) => {
            if (pcm !== undefined) this.#story.frameSpoken();
            this.#voice.played(pcm);
          },
          stalledAfterMs: STALLED_AFTER_MS,
          events,
        }),
      story: this.#story,
      stopAudio: () => socket.send(stopAudioMessage),
      lastVoiceMs: () => this.#voice.lastVoiceMs,
      voiceBeganMs: () => this.#voice.beganMs,
      onLocale: ({ language }, phrases) => this.#hearing.listenFor([language], phrases),
      onChange: () => {
        this.#journal.note();
        for (const listener of this.#onChange) listener();
      },
      whenWritten: () => this.#journal.flush(CHANGE_NOTED_BUDGET_MS),
      onAwaitingTransfer: (awaiting) => {
        this.#rowWatch.awaitingTransfer = awaiting;
        this.#gap.awaitingTransfer = awaiting;
        this.#keys.forget();
      },
      onHangUp: () => void this.#hangUp(),
      onBroken: (error) => this.#broke(error),
    });
    this.#keys = new CallerKeys(
      call,
      services,
      (key) => this.#conversation.dispatch({ type: 'key-pressed', key }),
      () => this.#conversation.isSecret,
    );
    this.#rowWatch = new CallRowWatch({
      callId: offer.callId,
      calls: services.calls,
      keySource: services.keySource,
      clock,
      log,
      onState: (state) => {
        this.#conversation.rowRead(state);
        this.#keys.rowRead(state);
        if (state.phase === 'ended' && !mayComeBack(state)) void this.end('call-ended');
      },
    });
    this.#hearing = new Hearing({
      callId: offer.callId,
      speechToText: services.speechToText,
      options: { languages, phrases: agent.definition.phrases },
      clock,
      log,
      onTranscript: (words) => this.#understood(words),
      onNothing: () => this.#nothingUnderstood(),
      onFailed: () => this.#conversation.dispatch({ type: 'hearing-failed' }),
    });
    this.#gap = new FrameGap(services.mediaSilenceMs, () => void this.end('silent'));
    this.#stopTicking = services.frameClock.onTick(() => this.#guarded(() => this.#tick()));
    log.info({ callId: offer.callId, correlationId: offer.correlationId }, 'media connected');
    void this.#greet();
  }

  #tick(): void {
    this.#conversation.speaker.tick();
    this.#keys.tick();
    this.#gap.tick();
  }

  /** A message of the socket, in whatever shape. */
  receive(data: Buffer, isBinary: boolean): void {
    if (this.#ended === undefined) this.#guarded(() => this.#read(data, isBinary));
  }

  #read(data: Buffer, isBinary: boolean): void {
    const reading = isBinary
      ? ({ ok: false, problem: 'malformed', where: 'frame type' } as const)
      : readInboundMessage(data);
    if (!reading.ok) {
      this.#complain(reading.problem, 'where' in reading ? reading.where : undefined);
      return;
    }
    const { message } = reading;
    switch (message.kind) {
      case 'audio':
        this.#gap.frame();
        this.#voice.push(message.pcm);
        return;
      case 'key':
        this.#keys.told(message.key);
        return;
      case 'metadata':
        this.#checkFormat(message.sampleRateHz);
    }
  }

  /** Ends everything this session holds; the second call waits for the first. The call itself goes on, unless it has ended. */
  end(reason: SessionEnd): Promise<void> {
    this.#ended ??= this.#close(reason);
    return this.#ended;
  }

  /** Gives the call to another bridge, in a moment in which the caller notices little; at once when `now` is aborted. */
  async move(now: AbortSignal): Promise<void> {
    const conversation = this.#conversation;
    const departing = {
      get isAtRest() {
        return conversation.isAtRest;
      },
      get isChanging() {
        return conversation.isChanging;
      },
      pauseSpeech: () => conversation.speaker.pauseAfterClause(),
      onChange: (listener: () => void) => {
        this.#onChange.add(listener);
        return () => this.#onChange.delete(listener);
      },
    };
    await goodMoment(departing, this.#services.clock, AbortSignal.any([now, this.#closed.signal]));
    await this.end('drained');
  }

  /** A fault in one call ends that call's session and no other: what is thrown from a timer or a socket would end the process. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#broke(error);
    }
  }

  #broke(error: unknown): void {
    const { callId, correlationId } = this.#start.call.offer;
    this.#services.log.error({ callId, correlationId, err: error }, 'media session broke');
    void this.end('broken');
  }

  async #close(reason: SessionEnd): Promise<void> {
    const { callId, correlationId } = this.#start.call.offer;
    this.#closed.abort(new Error(reason));
    clearTimeout(this.#hungUp);
    this.#stopTicking();
    this.#rowWatch.close();
    this.#conversation.end();
    this.#voice.close();
    // Whoever takes the call over finds all there is to know: the socket's end is what brings them.
    // With the end of a call that the front has not ended for us, it is the functions that read it, and end the call.
    if (reason === 'drained' || reason === 'hung-up') await this.#journal.release();
    this.#socket.close(CLOSE_CODES[reason], reason);
    await this.#hearing
      .close()
      .catch((error: unknown) => this.#services.log.warn({ callId, err: error }, 'recogniser not closed'));
    await this.#journal.flush();
    this.#story.over(reason);
    const counts = { ...this.#counts, droppedKeys: this.#keys.dropped };
    this.#services.log.info({ callId, correlationId, reason, ...counts }, 'media closed');
  }

  async #greet(): Promise<void> {
    const { call, lease } = this.#start;
    const { offer } = call;
    const { definition } = this.#agent;
    const { log } = this.#services;
    const conversation = this.#conversation;
    const onLate = (late: FoundCustomer): void => conversation.customerFound(late);
    const earlier = resumption(lease.earlier);
    if (earlier !== undefined) {
      log.info({ callId: offer.callId, how: earlier.how, stage: earlier.stage.kind }, 'conversation resumed');
      conversation.resume(earlier);
      if (lease.earlier?.record?.identity.kind !== 'unknown') return;
    }
    const found = await whoIsCalling(offer, definition, this.#services, onLate, this.#closed.signal);
    if (this.#closed.signal.aborted) return;
    if (found !== undefined) conversation.customerFound(found);
    if (earlier !== undefined) return;
    const { locale, candidates } = chooseLocale(this.#agent, offer, found?.customer);
    conversation.speak(locale.language);
    // A record says what the customer speaks, not who is speaking: several are listened for until somebody has.
    if (candidates.length === 1) this.#hearing.listenFor([locale.language], definition.phrases);
    const greeting = greetingFor(
      conversation.locale,
      headerValue(offer.headers, definition.reasonHeader),
      found?.customer,
    );
    const gates = gatesFor(definition, offer, found, conversation.locale, this.#services);
    conversation.dispatch({ type: 'media-ready', greeting, gates });
  }

  #nothingUnderstood(): void {
    const { quietForMs } = this.#voice;
    this.#conversation.dispatch({ type: 'final', text: '', from: 'caller', confidence: 0, quietForMs });
  }

  #understood(words: Words): void {
    const { text, startMs, endMs, language } = words;
    const voicedMs = this.#voice.voicedMsOfLast(endMs - startMs + RECOGNITION_DELAY_MS);
    const mayEcho = this.#voice.playedWithin(endMs - startMs + RECOGNITION_DELAY_MS) && voicedMs < VOICE_MIN_MS;
    const from = mayEcho && areOwnWords(text, this.#conversation.lastWords) ? 'line' : 'caller';
    // Said in one of the languages that were listened for: from now on that one is, and the agent answers in it. One word may be of any.
    const tells = words.type === 'final' && from === 'caller' && wordCount(text) >= TELLING_WORDS;
    if (tells && language !== undefined && this.#conversation.speak(language)) {
      this.#hearing.listenFor([this.#conversation.locale.language], this.#conversation.phrases);
    }
    this.#conversation.dispatch(
      words.type === 'partial'
        ? { type: 'partial', text, from }
        : { type: 'final', text, from, confidence: words.confidence, quietForMs: this.#voice.quietForMs },
    );
  }

  /** What the answer asked for is what comes; anything else is a misunderstanding that nobody would hear otherwise than as noise. */
  #checkFormat(sampleRateHz: number): void {
    const { callId } = this.#start.call.offer;
    if (sampleRateHz !== SAMPLE_RATE_HZ)
      this.#services.log.error({ callId, sampleRateHz }, 'media format not understood');
  }

  #sendFrame(pcm: Int16Array): void {
    if (this.#socket.bufferedAmount > BUFFERED_MAX_BYTES) this.#counts.droppedFrames += 1;
    else this.#socket.send(audioMessage(pcm));
  }

  async #hangUp(): Promise<void> {
    const { control, log } = this.#services;
    const { callId } = this.#start.call.offer;
    this.#hungUp = setTimeout(() => void this.end('hung-up'), HUNG_UP_GRACE_MS);
    try {
      await control.hangUp(this.#start.connectionId, this.#closed.signal);
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      log.error({ callId, err: error }, 'call not hung up');
      await this.end('hung-up');
    }
  }

  /** The first of its kind is logged, the others are counted: a stream of rubbish must not become a stream of log lines. */
  #complain(problem: 'unknown-kind' | 'malformed', where: string | undefined): void {
    const count = problem === 'malformed' ? (this.#counts.malformed += 1) : (this.#counts.unknownKind += 1);
    if (count === 1)
      this.#services.log.warn({ callId: this.#start.call.offer.callId, problem, where }, 'media message ignored');
  }
}
