const HEADER_BYTES = 44;

/** 16-bit PCM in a RIFF container. Channels are interleaved; the shorter one is filled up with silence. */
export function writeWav(channels: readonly Int16Array[], sampleRateHz: number): Buffer {
  const frames = Math.max(0, ...channels.map((channel) => channel.length));
  const blockBytes = channels.length * 2;
  const wav = Buffer.alloc(HEADER_BYTES + frames * blockBytes);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(channels.length, 22);
  wav.writeUInt32LE(sampleRateHz, 24);
  wav.writeUInt32LE(sampleRateHz * blockBytes, 28);
  wav.writeUInt16LE(blockBytes, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(frames * blockBytes, 40);
  channels.forEach((channel, index) => {
    channel.forEach((sample, frame) => wav.writeInt16LE(sample, HEADER_BYTES + frame * blockBytes + index * 2));
  });
  return wav;
}

export interface MonoAudio {
  readonly sampleRateHz: number;
  readonly samples: Int16Array;
}

/** Reads 16-bit mono PCM; anything else throws with what it was. */
export function readWav(wav: Buffer): MonoAudio {
  if (wav.length < 12 || wav.toString('latin1', 0, 4) !== 'RIFF' || wav.toString('latin1', 8, 12) !== 'WAVE') {
    throw new Error('not a WAV file');
  }
  let sampleRateHz: number | undefined;
  for (let offset = 12; offset + 8 <= wav.length;) {
    const id = wav.toString('latin1', offset, offset + 4);
    const size = wav.readUInt32LE(offset + 4);
    const body = wav.subarray(offset + 8, offset + 8 + size);
    if (id === 'fmt ' && body.length >= 16) {
      const [format, channels, bits] = [body.readUInt16LE(0), body.readUInt16LE(2), body.readUInt16LE(14)];
      if (format !== 1 || channels !== 1 || bits !== 16) {
        throw new Error(`WAV file is format ${format}, ${channels} channels, ${bits} bits; expected 16-bit mono PCM`);
      }
      sampleRateHz = body.readUInt32LE(4);
    }
    if (id === 'data' && sampleRateHz !== undefined) {
      const samples = Int16Array.from({ length: body.length >> 1 }, (_, index) => body.readInt16LE(index * 2));
      return { sampleRateHz, samples };
    }
    offset += 8 + size + (size % 2);
  }
  throw new Error('WAV file without audio');
}
