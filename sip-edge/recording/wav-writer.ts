/** Appends 20 ms frames to a WAV file; a slow disk costs frames, not memory. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { wavHeader } from '../audio/wav.ts';

/** Audio waiting for the disk, in bytes: about one minute of stereo. */
const MAX_UNWRITTEN_BYTES = 4 * 1024 * 1024;

export class WavWriter {
  readonly path: string;
  readonly #channels: number;
  readonly #stream: WriteStream;
  readonly #done: Promise<void>;
  #dataBytes = 0;
  #droppedBytes = 0;
  #closed: Promise<void> | undefined;

  constructor(path: string, channels: number, onError: (error: unknown) => void) {
    this.path = path;
    this.#channels = channels;
    this.#stream = createWriteStream(path);
    this.#stream.write(wavHeader(channels, 0));
    this.#done = finished(this.#stream).catch(onError);
  }

  get droppedBytes(): number {
    return this.#droppedBytes;
  }

  write(interleaved: Buffer): void {
    if (this.#stream.destroyed || this.#stream.writableLength > MAX_UNWRITTEN_BYTES) {
      this.#droppedBytes += interleaved.length;
      return;
    }
    this.#stream.write(interleaved);
    this.#dataBytes += interleaved.length;
  }

  /** Writes the lengths into the header; the file is whole afterwards. */
  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  async #finish(): Promise<void> {
    this.#stream.end();
    await this.#done;
    if (this.#stream.errored !== null) return;
    const file = await open(this.path, 'r+');
    try {
      await file.write(wavHeader(this.#channels, this.#dataBytes), 0, undefined, 0);
    } finally {
      await file.close();
    }
  }
}
