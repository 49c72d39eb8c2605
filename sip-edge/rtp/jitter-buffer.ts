/**
 * Packets of one stream in any order in, 10 ms of samples at a time out. Works on RTP timestamps, so any packet length does. The
 * delay grows when a packet comes too late to be played and shrinks when there has been more in stock than needed for a while.
 */
import { decodeG711, type Law } from './g711.ts';
import type { RtpPacket } from './packet.ts';

/** 10 ms at 8 kHz. */
export const CHUNK_SAMPLES = 80;
/** About one second: what is further ahead is another stream position. Divides 2^32, so that wrapped timestamps fit. */
const RING_SAMPLES = 8192;
/** 40 ms in stock before the first sample is played. */
const INITIAL_DELAY_SAMPLES = 320;
/** A packet later than this is not worth waiting for: 120 ms. */
const MAX_STRETCH_SAMPLES = 960;
/** So many late packets in a row mean that the sender's timestamps stand elsewhere, not that the network is slow. */
const LATE_RUN = 5;
/** The stock is judged over 1 s. */
const JUDGED_CHUNKS = 100;
/** Stock that a second long was never needed and so may go: 30 ms. */
const SPARE_SAMPLES = 240;
/** Above this the delay is cut even while somebody speaks: 200 ms. */
const MAX_STOCK_SAMPLES = 1600;
/** Below this peak a chunk may be left out unheard. */
const QUIET_PEAK = 300;

export interface JitterStats {
  readonly received: number;
  readonly lost: number;
  readonly late: number;
  readonly duplicates: number;
}

export class JitterBuffer {
  readonly #samples = new Int16Array(RING_SAMPLES);
  readonly #filled = new Uint8Array(RING_SAMPLES);
  #ssrc: number | undefined;
  /** Timestamp of the next sample to be played. */
  #playAt = 0;
  /** Timestamp after the newest sample in stock. */
  #newest = 0;
  #lateRun = 0;
  #leastStock = Number.POSITIVE_INFINITY;
  #judged = 0;
  #sequence: { highest: number; cycles: number; base: number } | undefined;
  #expectedBefore = 0;
  #unique = 0;
  #received = 0;
  #late = 0;
  #duplicates = 0;

  push(packet: RtpPacket, law: Law): void {
    const length = packet.payload.length;
    if (length === 0 || length > RING_SAMPLES / 2) return;
    this.#received += 1;
    if (packet.ssrc !== this.#ssrc) this.#restart(packet);
    const ahead = difference(packet.timestamp, this.#playAt);
    if (ahead + length > RING_SAMPLES || ahead < -4 * RING_SAMPLES) this.#anchor(packet.timestamp);
    else if (ahead < 0 && !this.#admitLate(packet.timestamp, -ahead)) return;
    if (this.#filled[packet.timestamp % RING_SAMPLES] === 1) {
      this.#duplicates += 1;
      return;
    }
    this.#countSequence(packet.sequence);
    this.#store(packet.timestamp, decodeG711(law, packet.payload));
  }

  /** The next 10 ms, or undefined when they are missing. */
  pull(): Int16Array | undefined {
    if (this.#ssrc === undefined) return undefined;
    this.#shrink();
    const chunk = this.#take();
    this.#playAt = (this.#playAt + CHUNK_SAMPLES) >>> 0;
    return chunk;
  }

  /** Forgets the stream; the counters stay. */
  reset(): void {
    this.#ssrc = undefined;
    this.#filled.fill(0);
  }

  stats(): JitterStats {
    return {
      received: this.#received,
      lost: Math.max(0, this.#expectedBefore + this.#expected() - this.#unique),
      late: this.#late,
      duplicates: this.#duplicates,
    };
  }

  #restart(packet: RtpPacket): void {
    this.#ssrc = packet.ssrc;
    this.#expectedBefore += this.#expected();
    this.#sequence = undefined;
    this.#anchor(packet.timestamp);
  }

  /** The stream goes on at `timestamp`, whatever was before. */
  #anchor(timestamp: number): void {
    this.#filled.fill(0);
    this.#playAt = (timestamp - INITIAL_DELAY_SAMPLES) >>> 0;
    this.#newest = timestamp;
    this.#lateRun = 0;
    this.#leastStock = Number.POSITIVE_INFINITY;
    this.#judged = 0;
  }

  /** Whether a late packet can still be played, by playing everything later from now on. */
  #admitLate(timestamp: number, lateness: number): boolean {
    this.#late += 1;
    this.#lateRun += 1;
    if (this.#lateRun >= LATE_RUN) {
      this.#anchor(timestamp);
      return true;
    }
    const stock = difference(this.#newest, this.#playAt);
    // What is in stock already would only wait longer: the packet was an exception.
    if (lateness > MAX_STRETCH_SAMPLES || stock > 0) return false;
    this.#playAt = timestamp;
    return true;
  }

  #store(timestamp: number, decoded: Int16Array): void {
    this.#lateRun = 0;
    for (let index = 0; index < decoded.length; index += 1) {
      const at = (timestamp + index) % RING_SAMPLES;
      this.#samples[at] = decoded[index] ?? 0;
      this.#filled[at] = 1;
    }
    const end = (timestamp + decoded.length) >>> 0;
    if (difference(end, this.#newest) > 0) this.#newest = end;
  }

  #take(): Int16Array | undefined {
    const chunk = new Int16Array(CHUNK_SAMPLES);
    let missing = 0;
    for (let index = 0; index < CHUNK_SAMPLES; index += 1) {
      const at = (this.#playAt + index) % RING_SAMPLES;
      chunk[index] = this.#samples[at] ?? 0;
      missing += this.#filled[at] === 1 ? 0 : 1;
      this.#filled[at] = 0;
    }
    return missing === 0 ? chunk : undefined;
  }

  #shrink(): void {
    const stock = difference(this.#newest, this.#playAt);
    this.#leastStock = Math.min(this.#leastStock, stock);
    this.#judged += 1;
    const spare = this.#judged >= JUDGED_CHUNKS && this.#leastStock > SPARE_SAMPLES;
    if ((spare && this.#peakAhead() < QUIET_PEAK) || stock > MAX_STOCK_SAMPLES) {
      this.#take();
      this.#playAt = (this.#playAt + CHUNK_SAMPLES) >>> 0;
      this.#leastStock -= CHUNK_SAMPLES;
    }
    if (this.#judged >= 2 * JUDGED_CHUNKS) {
      this.#judged = 0;
      this.#leastStock = Number.POSITIVE_INFINITY;
    }
  }

  #peakAhead(): number {
    let peak = 0;
    for (let index = 0; index < CHUNK_SAMPLES; index += 1) {
      peak = Math.max(peak, Math.abs(this.#samples[(this.#playAt + index) % RING_SAMPLES] ?? 0));
    }
    return peak;
  }

  /** RFC 3550 appendix A.1, for the count of lost packets only. */
  #countSequence(sequence: number): void {
    this.#unique += 1;
    if (this.#sequence === undefined) {
      this.#sequence = { highest: sequence, cycles: 0, base: sequence };
      return;
    }
    const forward = (sequence - this.#sequence.highest) & 0xffff;
    if (forward === 0 || forward >= 0x8000) return;
    if (forward > 3000) {
      // The sender began to count anew.
      this.#expectedBefore += this.#expected();
      this.#sequence = { highest: sequence, cycles: 0, base: sequence };
      return;
    }
    if (sequence < this.#sequence.highest) this.#sequence.cycles += 1;
    this.#sequence.highest = sequence;
  }

  #expected(): number {
    const current = this.#sequence;
    return current === undefined ? 0 : current.cycles * 65_536 + current.highest - current.base + 1;
  }
}

/** a - b on a circle of 2^32. */
function difference(a: number, b: number): number {
  return (a - b) | 0;
}
