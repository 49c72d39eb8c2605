/** RIFF WAVE, only what telephony needs: 16 bit PCM. */
import { samplesOf, SAMPLE_RATE_HZ } from './frames.ts';

const WAV_HEADER_BYTES = 44;
const PCM = 1;
const EXTENSIBLE = 0xfffe;

/** Samples of a mono, 16 bit, 16 kHz file (acs-facts 8); undefined for anything else, whatever its bytes. */
export function parsePromptWav(bytes: Buffer): Int16Array | undefined {
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') {
    return undefined;
  }
  let formatFits = false;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    const body = bytes.subarray(at + 8, Math.min(bytes.length, at + 8 + length));
    if (name === 'fmt ') formatFits = isPromptFormat(body);
    if (name === 'data') return formatFits ? samplesOf(body) : undefined;
    at += 8 + length + (length % 2);
  }
  return undefined;
}

function isPromptFormat(format: Buffer): boolean {
  if (format.length < 16) return false;
  const encoding = format.readUInt16LE(0);
  return (
    (encoding === PCM || encoding === EXTENSIBLE) &&
    format.readUInt16LE(2) === 1 &&
    format.readUInt32LE(4) === SAMPLE_RATE_HZ &&
    format.readUInt16LE(14) === 16
  );
}

/** Header of a 16 kHz, 16 bit file with `dataBytes` bytes of audio after it. */
export function wavHeader(channels: number, dataBytes: number): Buffer {
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(PCM, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(SAMPLE_RATE_HZ, 24);
  header.writeUInt32LE(SAMPLE_RATE_HZ * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}
