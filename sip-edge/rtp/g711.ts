/** G.711 (ITU-T): one byte a sample at 8 kHz, to and from 16 bit PCM, by tables made once. */

export type Law = 'PCMU' | 'PCMA';

/** What silence looks like in each law. */
export const SILENCE_BYTE: Readonly<Record<Law, number>> = { PCMU: 0xff, PCMA: 0xd5 };

const MULAW_BIAS = 0x84;
const MULAW_CLIP = 32_635;

function muLawToLinear(code: number): number {
  const inverted = ~code & 0xff;
  const exponent = (inverted >> 4) & 0x07;
  const magnitude = (((inverted & 0x0f) << 3) + MULAW_BIAS) << exponent;
  return (inverted & 0x80) === 0 ? magnitude - MULAW_BIAS : MULAW_BIAS - magnitude;
}

function linearToMuLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), MULAW_CLIP) + MULAW_BIAS;
  const exponent = 24 - Math.clz32(magnitude);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function aLawToLinear(code: number): number {
  const toggled = code ^ 0x55;
  const exponent = (toggled >> 4) & 0x07;
  const mantissa = toggled & 0x0f;
  const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
  return (toggled & 0x80) === 0 ? -magnitude : magnitude;
}

function linearToALaw(sample: number): number {
  const positive = sample >= 0;
  // One's complement, as the standard's 13 bit sign and magnitude has it.
  const magnitude = Math.min(positive ? sample : ~sample, 32_767);
  const exponent = magnitude < 256 ? 0 : 24 - Math.clz32(magnitude);
  const mantissa = exponent === 0 ? magnitude >> 4 : (magnitude >> (exponent + 3)) & 0x0f;
  return ((exponent << 4) | mantissa | (positive ? 0x80 : 0)) ^ 0x55;
}

const TO_LINEAR: Readonly<Record<Law, Int16Array>> = {
  PCMU: Int16Array.from({ length: 256 }, (_, code) => muLawToLinear(code)),
  PCMA: Int16Array.from({ length: 256 }, (_, code) => aLawToLinear(code)),
};

/** Indexed by the sample read as an unsigned 16 bit number. */
const FROM_LINEAR: Readonly<Record<Law, Uint8Array>> = {
  PCMU: Uint8Array.from({ length: 65_536 }, (_, index) => linearToMuLaw((index << 16) >> 16)),
  PCMA: Uint8Array.from({ length: 65_536 }, (_, index) => linearToALaw((index << 16) >> 16)),
};

export function decodeG711(law: Law, codes: Uint8Array): Int16Array {
  const table = TO_LINEAR[law];
  return Int16Array.from(codes, (code) => table[code] ?? 0);
}

export function encodeG711(law: Law, samples: Int16Array): Uint8Array {
  const table = FROM_LINEAR[law];
  return Uint8Array.from(samples, (sample) => table[sample & 0xffff] ?? 0);
}
