import { parseWaveHeader, samplesFrom } from '../wave.ts';

const RATE_HZ = 16_000;
const HALF_RATE_HZ = 8_000;
const RIFF = Buffer.from('RIFF');

type Format = 'unknown' | 'wide' | 'narrow';

/** The bodies of a turn's `audio` messages as 16 kHz samples: a RIFF header may come first, messages may cut a sample in two. */
export class AudioStream {
  #format: Format = 'unknown';
  #oddByte = Buffer.alloc(0);
  #lastSample = 0;

  /** `undefined` when the audio is something else than 16 bit mono PCM at 16 or 8 kHz. */
  push(body: Buffer): Int16Array | undefined {
    let audio = body;
    if (this.#format === 'unknown') {
      this.#format = 'wide';
      if (body.subarray(0, RIFF.byteLength).equals(RIFF)) {
        const header = parseWaveHeader(body);
        if (header?.channels !== 1 || header.bitsPerSample !== 16) return undefined;
        if (header.sampleRateHz !== RATE_HZ && header.sampleRateHz !== HALF_RATE_HZ) return undefined;
        this.#format = header.sampleRateHz === RATE_HZ ? 'wide' : 'narrow';
        audio = body.subarray(header.dataAt);
      }
    }
    const bytes = Buffer.concat([this.#oddByte, audio]);
    const even = bytes.byteLength - (bytes.byteLength % 2);
    this.#oddByte = Buffer.from(bytes.subarray(even));
    const samples = samplesFrom(bytes.subarray(0, even));
    return this.#format === 'narrow' ? this.#doubled(samples) : samples;
  }

  /** A line between neighbours is enough: recognition looks at nothing above 3.4 kHz. */
  #doubled(samples: Int16Array): Int16Array {
    const doubled = new Int16Array(samples.length * 2);
    samples.forEach((sample, i) => {
      doubled[i * 2] = (this.#lastSample + sample) / 2;
      doubled[i * 2 + 1] = sample;
      this.#lastSample = sample;
    });
    return doubled;
  }
}
