/** RIFF/WAVE with PCM only: what the Speech SDK sends before the audio, what flite writes, what callers get to play. */
export interface WaveFormat {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly bitsPerSample: number;
}

export type WaveHeader = WaveFormat & {
  /** Where the samples begin. */
  readonly dataAt: number;
  /** As declared; 0 or 0xffffffff when the writer did not know. */
  readonly dataBytes: number;
};

const PCM_FORMAT = 1;
const FIRST_CHUNK_AT = 12;
const CHUNK_HEADER_BYTES = 8;
const WAVE_HEADER_BYTES = 44;

/** `undefined` for anything but a whole PCM header. */
export function parseWaveHeader(bytes: Buffer): WaveHeader | undefined {
  if (bytes.byteLength < FIRST_CHUNK_AT) return undefined;
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  let format: WaveFormat | undefined;
  let at = FIRST_CHUNK_AT;
  while (at + CHUNK_HEADER_BYTES <= bytes.byteLength) {
    const id = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const bodyAt = at + CHUNK_HEADER_BYTES;
    if (id === 'data') return format === undefined ? undefined : { ...format, dataAt: bodyAt, dataBytes: size };
    if (id === 'fmt ') {
      if (bodyAt + 16 > bytes.byteLength || bytes.readUInt16LE(bodyAt) !== PCM_FORMAT) return undefined;
      format = {
        channels: bytes.readUInt16LE(bodyAt + 2),
        sampleRateHz: bytes.readUInt32LE(bodyAt + 4),
        bitsPerSample: bytes.readUInt16LE(bodyAt + 14),
      };
    }
    at = bodyAt + size + (size % 2);
  }
  return undefined;
}

export function waveHeader(format: WaveFormat, dataBytes: number): Buffer {
  const bytesPerFrame = (format.channels * format.bitsPerSample) / 8;
  const header = Buffer.alloc(WAVE_HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(dataBytes + WAVE_HEADER_BYTES - 8, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(PCM_FORMAT, 20);
  header.writeUInt16LE(format.channels, 22);
  header.writeUInt32LE(format.sampleRateHz, 24);
  header.writeUInt32LE(format.sampleRateHz * bytesPerFrame, 28);
  header.writeUInt16LE(bytesPerFrame, 32);
  header.writeUInt16LE(format.bitsPerSample, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

/** Little-endian 16 bit samples, copied so that they are aligned; an odd last byte is left out. */
export function samplesFrom(bytes: Buffer): Int16Array<ArrayBuffer> {
  const samples = new Int16Array(bytes.byteLength >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(i * 2);
  return samples;
}

export function bytesFrom(samples: Int16Array): Buffer {
  const bytes = Buffer.alloc(samples.length * 2);
  for (let i = 0; i < samples.length; i++) bytes.writeInt16LE(samples[i] ?? 0, i * 2);
  return bytes;
}
