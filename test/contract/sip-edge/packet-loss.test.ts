import { describe, expect, it } from 'vitest';
import { speaker, type Accuracy } from '../../load/packet-loss/accuracy.ts';
import type { Repair } from '../../load/packet-loss/lossy-line.ts';
import { regained, together } from '../../load/packet-loss/packet-loss.ts';
import { PHRASES } from '../../load/packet-loss/phrases.ts';

/** Every second phrase: enough to see a difference, and quick. */
const phrases = PHRASES.filter((_, index) => index % 2 === 0);

describe.each(['rms', 'slt'] as const)('a caller (voice %s) on a line that loses one packet in ten', (voice) => {
  const caller = speaker(voice, phrases);
  const lossless = caller.speak({ rate: 0, meanBurst: 1, repair: 'silence' }, 1);
  const lossy = (repair: Repair): Accuracy =>
    together([1, 3].map((meanBurst) => caller.speak({ rate: 0.1, meanBurst, repair }, 1)));

  it('is understood better with loss concealment than with silence for what is lost', () => {
    const [silenced, concealed] = [lossy('silence'), lossy('concealment')];
    expect(concealed.recognised).toBeGreaterThanOrEqual(silenced.recognised);
    expect(regained(concealed, silenced, lossless)).toBeGreaterThan(20);
  });
});
