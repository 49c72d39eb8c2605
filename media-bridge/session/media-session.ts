import { chooseLocale } from '#core/language/choose-language';
import { mayComeBack } from '#core/call/may-come-back';
import { customerOf, unknownCaller } from '#core/identity/caller-identity';
import type { SpeechToTextOptions, Words } from '#core/ports/speech-to-text';
import { CallStory } from './call-story.ts';
import { CallerVoice } from './caller-voice.ts';
import { CallerKeys } from './caller-keys.ts';
import { CallRowWatch } from './call-row-watch.ts';
import { Conversation } from './conversation.ts';
import { goodMoment } from './departure.ts';
import { FrameGap } from './frame-gap.ts';
import { heardWords, languageShown, nothingHeard } from './heard-words.ts';
import { Hearing } from './hearing.ts';
import { MediaStream, type CallSocket } from './media-stream.ts';
import { openConversation } from './opening.ts';
import { SessionJournal } from './session-journal.ts';
import type { SessionEnd, SessionServices, SessionStart } from './session-services.ts';
import { Speaker } from './speaker.ts';
import { callToolRunner } from './tool-runner.ts';

/** The caller has heard all there is of a reply that is still being written: after so long something is said. */
const STALLED_AFTER_MS = 4_000;
/** What a tool waits until it is written that it begins. */
const CHANGE_NOTED_BUDGET_MS = 500;
/** ACS closes the socket when the call ends; if it does not, we do, and leave the end of the call to the functions. */
const HUNG_UP_GRACE_MS = 5_000;
/** The row is given up in order, for another bridge to go on with, or for the functions to end the call. */
const GIVEN_UP: ReadonlySet<SessionEnd> = new Set(['drained', 'hung-up']);
/** The front asks for another stream as soon as our socket is closed: by then all has to be in the row. */
const ENDED_BY_US: ReadonlySet<SessionEnd> = new Set(['drained', 'hung-up', 'silent', 'broken']);

/** What the bridge keeps for one call's socket: hears, speaks, and ends once, whatever ends it. */
export class MediaSession {
  readonly #start: SessionStart;
  readonly #services: SessionServices;
  readonly #stream: MediaStream;
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
  readonly #onChange = new Set<() => void>();
  #ended: Promise<void> | undefined;
  #hungUp: NodeJS.Timeout | undefined;

  constructor(socket: CallSocket, start: SessionStart, services: SessionServices) {
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
    this.#start = start;
    this.#services = services;
    this.#stream = new MediaStream({
      socket,
      callId: offer.callId,
      log,
      onAudio: (pcm) => {
        this.#gap.frame();
        this.#voice.push(pcm);
      },
      onKey: (key) => this.#keys.told(key),
    });
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
          clock,
          sendFrame: (pcm) => this.#stream.sendFrame(pcm),
          onHeard: (pcm) => {
            if (pcm !== undefined) this.#story.frameSpoken();
            this.#voice.played(pcm);
          },
          stalledAfterMs: STALLED_AFTER_MS,
          events,
        }),
      story: this.#story,
      stopAudio: () => this.#stream.stopAudio(),
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
      onNothing: () => this.#conversation.dispatch(nothingHeard(this.#voice)),
      onFailed: () => this.#conversation.dispatch({ type: 'hearing-failed' }),
    });
    this.#gap = new FrameGap(services.mediaSilenceMs, () => void this.end('silent'));
    this.#stopTicking = services.frameClock.onTick((dueMs) => this.#tick(dueMs));
    log.info({ callId: offer.callId, correlationId: offer.correlationId }, 'media connected');
    openConversation({
      offer,
      agent,
      earlier: lease.earlier,
      conversation: this.#conversation,
      onLanguage: (language, phrases) => this.#hearing.listenFor([language], phrases),
      services,
      signal: this.#closed.signal,
    }).catch((error: unknown) => this.#broke(error));
  }

  #tick(dueMs: number): void {
    try {
      this.#conversation.speaker.tick(dueMs);
      this.#keys.tick();
      this.#gap.tick();
    } catch (error) {
      this.#broke(error);
    }
  }

  /** A message of the socket, in whatever shape. */
  receive(data: Buffer, isBinary: boolean): void {
    // Before this message, so that none of all calls' holds back the others' audio.
    this.#services.frameClock.catchUp();
    if (this.#ended !== undefined) return;
    try {
      this.#stream.read(data, isBinary);
    } catch (error) {
      this.#broke(error);
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
    const written = GIVEN_UP.has(reason) ? this.#journal.release() : this.#journal.flush();
    if (ENDED_BY_US.has(reason)) await written;
    this.#stream.close(reason);
    await this.#hearing
      .close()
      .catch((error: unknown) => this.#services.log.warn({ callId, err: error }, 'recogniser not closed'));
    await written;
    this.#story.over(reason);
    const counts = { ...this.#stream.counts, droppedKeys: this.#keys.dropped };
    this.#services.log.info({ callId, correlationId, reason, ...counts }, 'media closed');
  }

  #understood(words: Words): void {
    const conversation = this.#conversation;
    const heard = heardWords(words, this.#voice, conversation.lastWords);
    // From now on the caller's language is listened for alone, and the agent answers in it.
    const language = languageShown(words, heard);
    if (language !== undefined && conversation.speak(language)) {
      this.#hearing.listenFor([conversation.locale.language], conversation.phrases);
    }
    conversation.dispatch(heard);
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
}
