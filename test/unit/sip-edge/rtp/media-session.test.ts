import { describe, expect, it } from 'vitest';
import { openMedia } from '../../../../sip-edge/rtp/media-session.ts';
import { PortPool } from '../../../../sip-edge/rtp/port-pool.ts';
import { Ticker } from '../../../../sip-edge/rtp/ticker.ts';
import { manualClock } from '../sip/manual-clock.ts';

describe('a leg whose sound fails at every beat', () => {
  it('says so once, also to who asks late, and counts the rest', async () => {
    const clock = manualClock();
    const pool = new PortPool({ address: '127.0.0.1', firstPort: 0, lastPort: 0 });
    const media = await openMedia(pool, new Ticker(clock), '127.0.0.1');
    const failures: string[] = [];
    media.audio.setSource(() => {
      throw new Error('no sound');
    });
    media.onFailure((error) => failures.push(`early: ${String(error)}`));
    media.apply({
      remote: undefined,
      receives: true,
      law: 'PCMU',
      audioPayloadType: 0,
      laws: new Map([[0, 'PCMU']]),
      telephoneEventPayloadType: undefined,
    });
    clock.advance(1000);
    media.onFailure((error) => failures.push(`late: ${String(error)}`));
    media.end();
    expect(failures).toEqual(['early: Error: no sound', 'late: Error: no sound']);
    expect(media.failedTicks).toBe(50);
    expect(clock.waiting).toBe(0);
  });
});
