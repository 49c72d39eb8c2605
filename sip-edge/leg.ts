/**
 * The seam inside the edge: the SIP and RTP side implements it, the Call Automation side uses it. Neither knows the other's words:
 * no SIP message goes up, no REST body goes down.
 *
 * Audio here is always 16 kHz, 16 bit, mono, in frames of 20 ms (320 samples), whatever the trunk speaks.
 */

export type Unsubscribe = () => void;

/** A custom header as it is on the wire, name with its prefix. */
export interface CustomHeader {
  readonly name: string;
  readonly value: string;
}

export interface CallHeaders {
  /** The whole `User-to-User` value with its parameters, such as `616263;encoding=hex`. */
  readonly userToUser: string | undefined;
  /** Names beginning with `X-`, at most 5, name at most 64 characters with its prefix, value at most 256 (acs-facts 1.4). More are cut off and counted. */
  readonly custom: readonly CustomHeader[];
}

/** The SIP side as the Call Automation side sees it. */
export interface Telephony {
  /** One handler; a call that comes before it is set is refused with 480. */
  onIncoming(handler: (leg: RingingLeg) => void): void;
  /** Calls `target` by the voice routes: trunks of the matching routes in order, the next one on 408, 503 and 504 (acs-facts 7.1). */
  dial(request: DialRequest, signal: AbortSignal): Promise<DialResult>;
  /** Relays audio and keys between two legs until one of them ends; the other is then hung up. Call Automation has no part in such a call any more. */
  join(one: ActiveLeg, other: ActiveLeg): void;
  /** What is known of a trunk; all unknown for one that was never seen. `fqdn` in lower case. */
  trunkHealth(fqdn: string): TrunkHealth;
}

export interface TrunkHealth {
  /** Whether it sent OPTIONS, or answered ours, of late. */
  readonly pings: 'unknown' | 'current' | 'stopped';
  /** Of the certificate it last showed; unknown without TLS. */
  readonly certificate: 'unknown' | 'valid' | 'ends-soon' | 'ended';
}

export interface DialRequest {
  /** E.164 with `+`. */
  readonly target: string;
  /** E.164 with `+`, or undefined for an anonymous caller. */
  readonly callerNumber: string | undefined;
  readonly headers: CallHeaders;
  /** Extra header lines of the new INVITE, such as Referred-By or History-Info. */
  readonly extraHeaders: readonly CustomHeader[];
  readonly ringTimeoutMs: number;
}

export type DialResult =
  | { readonly kind: 'answered'; readonly leg: ActiveLeg }
  /** `status` is the far side's final SIP status, or 408 when it did not answer; `byPeer` is false when no trunk could be asked. */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string; readonly byPeer: boolean };

/** An inbound call before its answer. */
export interface RingingLeg {
  readonly sipCallId: string;
  /** FQDN of the trunk it came from. */
  readonly trunk: string;
  /** E.164 with `+`, or undefined for an anonymous caller. */
  readonly from: string | undefined;
  /** E.164 with `+`: the user part of the Request-URI. */
  readonly to: string;
  readonly displayName: string;
  readonly headers: CallHeaders;
  /** Value of `Referred-By` (RFC 3892) as it came, at most 1,024 characters: set when an SBC carries out a transfer by sending it back to us. */
  readonly referredBy: string | undefined;
  /** 180 Ringing. */
  ring(): void;
  /** 181 Call Is Being Forwarded. */
  forwarding(): void;
  /** 200 with SDP; resolves when the ACK has come. Rejects with `LegGone` when the caller cancelled or never acknowledged. */
  answer(): Promise<ActiveLeg>;
  /** Final refusal. Does nothing once the call is answered, refused or cancelled. */
  refuse(status: number, options?: { readonly retryAfterS?: number }): void;
  /** Calls back once when the caller cancels (CANCEL, or the transport is lost) before an answer or refusal. At once if that has happened already. */
  onCancelled(listener: () => void): Unsubscribe;
}

export class LegGone extends Error {
  override readonly name = 'LegGone';
}

/** An established call with a trunk, either direction. */
export interface ActiveLeg {
  readonly sipCallId: string;
  readonly trunk: string;
  readonly audio: LegAudio;
  /** Whether the peer's Allow names REFER. */
  readonly takesRefer: boolean;
  /** REFER in the dialog (RFC 3515), outcome by NOTIFY. One at a time. Custom headers travel as message headers (a setting moves them into the Refer-To URI). */
  refer(request: ReferRequest, signal: AbortSignal): Promise<ReferResult>;
  /** BYE; resolves when it is answered or given up. Does nothing when the leg has ended. */
  hangUp(): Promise<void>;
  /** Settles once, never rejects. */
  readonly ended: Promise<LegEnd>;
}

export interface LegEnd {
  readonly by: 'peer' | 'us' | 'network';
  /** Text of a Reason header, bounded, or what went wrong. */
  readonly detail: string;
}

export interface ReferRequest {
  /** E.164 with `+`. */
  readonly target: string;
  readonly headers: CallHeaders;
  /** Parameters of Referred-By, values already URI-safe (acs-facts 5.3). */
  readonly referredBy: Readonly<Record<string, string>>;
  /** 202 or another 2xx came: progress follows. */
  readonly onAccepted: () => void;
}

export type ReferResult =
  /** The last NOTIFY said 2xx. */
  | { readonly kind: 'completed' }
  /** The REFER itself was refused: `status`. 405 and 501 mean that the peer does not take REFER. */
  | { readonly kind: 'refused'; readonly status: number }
  /** The last NOTIFY said 3xx to 6xx. */
  | { readonly kind: 'failed'; readonly status: number }
  /** The peer ended the dialog after it had accepted the REFER, before a final NOTIFY. */
  | { readonly kind: 'peer-left' }
  /** No answer, or no final NOTIFY, in time (the caller's signal, or 60 s). */
  | { readonly kind: 'timeout' };

export type Tone = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#' | 'A' | 'B' | 'C' | 'D';

export interface LegAudio {
  /** What the far end says: one frame every 20 ms while the leg lives, gaps concealed, paced by one monotonic clock. `silent` is a level judgement. */
  onFrame(listener: (frame: Int16Array, silent: boolean) => void): Unsubscribe;
  /** Pulled once every 20 ms for what the far end shall hear; undefined is silence. Setting another source replaces it. */
  setSource(source: (() => Int16Array | undefined) | undefined): void;
  /** One call per key, at its start (RFC 4733, or RFC 2833 retransmissions folded into one). */
  onTone(listener: (tone: Tone) => void): Unsubscribe;
  /** Sends keys as RFC 4733 events; resolves when the last has been sent. Rejects with `LegGone` when the leg ends first. */
  sendTones(tones: readonly Tone[]): Promise<void>;
  /** Counters since the leg began. */
  stats(): LegAudioStats;
}

export interface LegAudioStats {
  readonly packetsReceived: number;
  readonly packetsSent: number;
  readonly packetsLost: number;
  readonly packetsLate: number;
  readonly framesConcealed: number;
  readonly codec: 'PCMU' | 'PCMA';
}

/** SIP routing configuration (acs-facts 7), shared by both sides: read by `dial`, written by the SIP routing REST API. */
export interface VoiceRouting {
  trunks(): readonly { readonly fqdn: string; readonly sipSignalingPort: number }[];
  /** In order of evaluation. */
  routes(): readonly { readonly name: string; readonly numberPattern: string; readonly trunks: readonly string[] }[];
}
