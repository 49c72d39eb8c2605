import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PcmPieces } from '#adapters/azure-speech/pcm-pieces';

describe('audio in pieces of any length', () => {
  it('is whole samples, all and in order', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 20 }), (chunks) => {
        const pieces = new PcmPieces();
        const samples = chunks.flatMap((chunk) => [...pieces.next(Uint8Array.from(chunk).buffer)]);
        const bytes = Buffer.concat(chunks);
        expect(samples).toEqual(
          Array.from({ length: Math.floor(bytes.length / 2) }, (_, sample) => bytes.readInt16LE(2 * sample)),
        );
      }),
    );
  });
});
