/** Three seconds of a tone as an 8 kHz, 16 bit, mono WAV file. */
export function toneWav(frequencyHz: number): Uint8Array {
  const samples = Int16Array.from(
    { length: 24_000 },
    (_, i) => 10_000 * Math.sin((2 * Math.PI * frequencyHz * i) / 8_000),
  );
  const data = Buffer.from(samples.buffer);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}
