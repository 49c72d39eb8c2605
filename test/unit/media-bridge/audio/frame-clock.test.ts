import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '#adapters/clock/system-clock';
import type { Clock } from '#core/ports/clock';
import { FrameClock } from '../../../../media-bridge/audio/frame-clock.ts';

/** Reads the clock that Vitest moves; `lateMs` is time that passes while a timer is late. */
function clockLateBy(lateMs: () => number): Clock {
  return { ...systemClock(), monotonicMs: () => performance.now() + lateMs() };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the beat of all calls', () => {
  it('comes every 20 ms to everybody who listens', () => {
    const beat = new FrameClock(clockLateBy(() => 0));
    const [one, other] = [vi.fn(), vi.fn()];
    beat.onTick(one);
    beat.onTick(other);
    vi.advanceTimersByTime(1_000);
    expect([one.mock.calls.length, other.mock.calls.length]).toEqual([50, 50]);
  });

  it('does not wait for its timer while messages of the calls are read one after the other', () => {
    let lateMs = 0;
    const beat = new FrameClock(clockLateBy(() => lateMs));
    const heard = vi.fn();
    beat.onTick(heard);
    beat.catchUp();
    expect(heard).not.toHaveBeenCalled();
    lateMs = 25;
    beat.catchUp();
    beat.catchUp();
    expect(heard).toHaveBeenCalledTimes(1);
    lateMs = 45;
    beat.catchUp();
    expect(heard).toHaveBeenCalledTimes(2);
    expect(vi.getTimerCount()).toBe(1);
  });

  it('does nothing between messages when nobody listens', () => {
    const beat = new FrameClock(clockLateBy(() => 50));
    beat.catchUp();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('runs on no timer when nobody listens, also after a second goodbye', () => {
    const beat = new FrameClock(clockLateBy(() => 0));
    const [one, other] = [beat.onTick(vi.fn()), beat.onTick(vi.fn())];
    one();
    one();
    expect(vi.getTimerCount()).toBe(1);
    other();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('stops when the last listener leaves within a beat', () => {
    const beat = new FrameClock(clockLateBy(() => 0));
    const heard = vi.fn(() => leave());
    const leave = beat.onTick(heard);
    vi.advanceTimersByTime(100);
    expect(heard).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is one, also when one call ends and another begins within it', () => {
    const beat = new FrameClock(clockLateBy(() => 0));
    const next = vi.fn();
    const leave = beat.onTick(() => {
      leave();
      beat.onTick(next);
    });
    vi.advanceTimersByTime(20);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(200);
    expect(next.mock.calls.length).toBeGreaterThanOrEqual(10);
  });

  it('loses nothing to timers that are always late', () => {
    let lateMs = 0;
    const beat = new FrameClock(clockLateBy(() => lateMs));
    const heard = vi.fn();
    beat.onTick(heard);
    for (let beats = 0; beats < 100; beats += 1) {
      lateMs += 7;
      vi.advanceTimersByTime(20);
    }
    // 100 times 20 ms and 100 times 7 ms have passed.
    expect(heard.mock.calls.length).toBeGreaterThanOrEqual(133);
    expect(heard.mock.calls.length).toBeLessThanOrEqual(135);
  });

  it('says of each beat when it was due, also of those that come late and at once', () => {
    let stallMs = 0;
    const beat = new FrameClock(clockLateBy(() => stallMs));
    const due: number[] = [];
    const startMs = performance.now();
    beat.onTick((dueMs) => due.push(dueMs - startMs));
    vi.advanceTimersByTime(20);
    stallMs = 55;
    vi.advanceTimersByTime(20);
    expect(due).toEqual([20, 40, 60, 80]);
    stallMs += 1_000;
    vi.advanceTimersByTime(20);
    expect(due.slice(4)).toEqual([1_100]);
  });

  it('makes up for a short stall, and not for a long one', () => {
    let stallMs = 0;
    const beat = new FrameClock(clockLateBy(() => stallMs));
    const heard = vi.fn();
    beat.onTick(heard);
    stallMs = 60;
    vi.advanceTimersByTime(20);
    expect(heard).toHaveBeenCalledTimes(4);
    stallMs += 10_000;
    vi.advanceTimersByTime(20);
    expect(heard.mock.calls.length).toBeLessThan(10);
  });
});
