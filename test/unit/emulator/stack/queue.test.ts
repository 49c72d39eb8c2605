import { describe, expect, it } from 'vitest';
import { Queue } from '../../../../emulator/stack/queue.ts';

describe('scenarios that wait for each other', () => {
  it('run one after another, in the order in which they came', async () => {
    const queue = new Queue();
    const events: string[] = [];
    const first = Promise.withResolvers<undefined>();
    const runs = [
      queue.run(async () => {
        events.push('first begins');
        await first.promise;
        events.push('first ends');
      }),
      queue.run(async () => {
        events.push('second begins');
        await Promise.resolve();
      }),
    ];
    await Promise.resolve();
    expect(events).toEqual(['first begins']);
    first.resolve(undefined);
    await Promise.all(runs);
    expect(events).toEqual(['first begins', 'first ends', 'second begins']);
  });

  it('go on behind one that failed, and its own starter is told', async () => {
    const queue = new Queue();
    const failing = queue.run(() => Promise.reject(new Error('no such phrase')));
    const next = queue.run(() => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('no such phrase');
    await expect(next).resolves.toBe('done');
  });

  it('are all over when it is idle, failed ones too', async () => {
    const queue = new Queue();
    const failing = queue.run(() => Promise.reject(new Error('gone')));
    await queue.idle();
    await expect(failing).rejects.toThrow('gone');
  });
});
