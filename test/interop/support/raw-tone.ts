import g711 from 'alawmulaw';

/** Two seconds of a 440 Hz tone in G.711, as SIPp streams it: no header, one byte a sample. */
export function rawTone(codec: 'pcmu' | 'pcma'): Uint8Array {
  const samples = Int16Array.from({ length: 16_000 }, (_, i) => 12_000 * Math.sin((2 * Math.PI * 440 * i) / 8_000));
  return codec === 'pcmu' ? g711.mulaw.encode(samples) : g711.alaw.encode(samples);
}
