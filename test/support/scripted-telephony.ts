/** The SIP side as a script: legs that ring, answer, speak, press keys and react to REFER as a test says. */
import {
  LegGone,
  type ActiveLeg,
  type CallHeaders,
  type DialRequest,
  type DialResult,
  type LegAudio,
  type LegEnd,
  type ReferRequest,
  type ReferResult,
  type RingingLeg,
  type Telephony,
  type Tone,
  type TrunkHealth,
} from '../../sip-edge/leg.ts';
import { randomUUID } from 'node:crypto';

const FRAME_SAMPLES = 320;

/** Audio whose clock is the test: `tick` is 20 ms. */
class ScriptedAudio implements LegAudio {
  readonly sentTones: Tone[] = [];
  readonly heard: (Int16Array | undefined)[] = [];
  readonly #frameListeners = new Set<(frame: Int16Array, silent: boolean) => void>();
  readonly #toneListeners = new Set<(tone: Tone) => void>();
  #source: (() => Int16Array | undefined) | undefined;

  get listenerCount(): number {
    return this.#frameListeners.size + this.#toneListeners.size;
  }

  onFrame(listener: (frame: Int16Array, silent: boolean) => void): () => void {
    this.#frameListeners.add(listener);
    return () => this.#frameListeners.delete(listener);
  }

  setSource(source: (() => Int16Array | undefined) | undefined): void {
    this.#source = source;
  }

  onTone(listener: (tone: Tone) => void): () => void {
    this.#toneListeners.add(listener);
    return () => this.#toneListeners.delete(listener);
  }

  sendTones(tones: readonly Tone[]): Promise<void> {
    this.sentTones.push(...tones);
    return Promise.resolve();
  }

  stats(): ReturnType<LegAudio['stats']> {
    const none = { packetsReceived: 0, packetsSent: 0, packetsLost: 0, packetsLate: 0, framesConcealed: 0 };
    return { ...none, codec: 'PCMU' };
  }

  press(tone: Tone): void {
    for (const listener of this.#toneListeners) listener(tone);
  }

  /** 20 ms: what goes out is pulled, what the caller says is handed on. Returns what the caller heard. */
  tick(said: Int16Array = new Int16Array(FRAME_SAMPLES), silent = true): Int16Array | undefined {
    const heard = this.#source?.();
    this.heard.push(heard);
    for (const listener of this.#frameListeners) listener(said, silent);
    return heard;
  }
}

export class ScriptedLeg implements ActiveLeg {
  readonly sipCallId: string;
  readonly trunk = 'sbc.test';
  readonly audio = new ScriptedAudio();
  takesRefer = true;
  readonly refers: ReferRequest[] = [];
  readonly #end = Promise.withResolvers<LegEnd>();
  #refer: PromiseWithResolvers<ReferResult> | undefined;
  #hungUp = false;

  constructor(sipCallId: string) {
    this.sipCallId = sipCallId;
  }

  get hungUp(): boolean {
    return this.#hungUp;
  }

  get ended(): Promise<LegEnd> {
    return this.#end.promise;
  }

  refer(request: ReferRequest, signal: AbortSignal): Promise<ReferResult> {
    this.refers.push(request);
    const refer = Promise.withResolvers<ReferResult>();
    this.#refer = refer;
    signal.addEventListener('abort', () => refer.resolve({ kind: 'timeout' }));
    return refer.promise;
  }

  /** The SBC answered 202. */
  acceptRefer(): void {
    this.refers.at(-1)?.onAccepted();
  }

  settleRefer(result: ReferResult): void {
    this.#refer?.resolve(result);
  }

  hangUp(): Promise<void> {
    this.#hungUp = true;
    this.#end.resolve({ by: 'us', detail: '' });
    return Promise.resolve();
  }

  /** The far end sends BYE, or is lost. */
  endBy(by: 'peer' | 'network', detail = ''): void {
    this.#end.resolve({ by, detail });
  }
}

export interface ScriptedCall {
  readonly from?: string | undefined;
  readonly to?: string;
  readonly displayName?: string;
  readonly headers?: CallHeaders;
  readonly takesRefer?: boolean;
}

export class ScriptedRingingLeg implements RingingLeg {
  readonly sipCallId = randomUUID();
  readonly trunk = 'sbc.test';
  readonly from: string | undefined;
  readonly to: string;
  readonly displayName: string;
  readonly headers: CallHeaders;
  readonly referredBy = undefined;
  readonly active: ScriptedLeg;
  /** What was done to the leg, in order. */
  readonly log: string[] = [];
  goneBeforeAcknowledgement = false;
  readonly refused = Promise.withResolvers<number>();
  readonly #cancelListeners = new Set<() => void>();
  #cancelled = false;

  constructor(call: ScriptedCall) {
    this.from = 'from' in call ? call.from : '+14255550100';
    this.to = call.to ?? '+18005550199';
    this.displayName = call.displayName ?? '';
    this.headers = call.headers ?? { userToUser: undefined, custom: [] };
    this.active = new ScriptedLeg(this.sipCallId);
    this.active.takesRefer = call.takesRefer ?? true;
  }

  ring(): void {
    this.log.push('180');
  }

  forwarding(): void {
    this.log.push('181');
  }

  answer(): Promise<ActiveLeg> {
    this.log.push('200');
    return this.#cancelled || this.goneBeforeAcknowledgement
      ? Promise.reject(new LegGone('cancelled'))
      : Promise.resolve(this.active);
  }

  refuse(status: number): void {
    this.log.push(String(status));
    this.refused.resolve(status);
  }

  onCancelled(listener: () => void): () => void {
    if (this.#cancelled) listener();
    else this.#cancelListeners.add(listener);
    return () => this.#cancelListeners.delete(listener);
  }

  cancel(): void {
    this.#cancelled = true;
    for (const listener of this.#cancelListeners) listener();
  }
}

export class ScriptedTelephony implements Telephony {
  readonly addresses: readonly string[] = ['udp:127.0.0.1:5060'];
  readonly dialed: DialRequest[] = [];
  readonly joined: (readonly [ActiveLeg, ActiveLeg])[] = [];
  /** What the next dial gives; the target answers unless said otherwise. */
  dialResult: DialResult = { kind: 'answered', leg: new ScriptedLeg('dialled') };
  /** By FQDN; what is not here is unknown. */
  readonly health = new Map<string, TrunkHealth>();
  #handler: ((leg: RingingLeg) => void) | undefined;
  #dialed = Promise.withResolvers<DialRequest>();
  #joined = Promise.withResolvers<undefined>();

  onIncoming(handler: (leg: RingingLeg) => void): void {
    this.#handler = handler;
  }

  dial(request: DialRequest): Promise<DialResult> {
    this.dialed.push(request);
    this.#dialed.resolve(request);
    return Promise.resolve(this.dialResult);
  }

  join(one: ActiveLeg, other: ActiveLeg): void {
    this.joined.push([one, other]);
    this.#joined.resolve(undefined);
  }

  trunkHealth(fqdn: string): TrunkHealth {
    return this.health.get(fqdn) ?? { pings: 'unknown', certificate: 'unknown' };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Settles at the first dial, and the first join. */
  get firstDial(): Promise<DialRequest> {
    return this.#dialed.promise;
  }

  get firstJoin(): Promise<undefined> {
    return this.#joined.promise;
  }

  /** An INVITE comes in. */
  call(call: ScriptedCall = {}): ScriptedRingingLeg {
    const leg = new ScriptedRingingLeg(call);
    this.#handler?.(leg);
    return leg;
  }
}
