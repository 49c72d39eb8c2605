/** Sound and keys of two legs to each other. */
import type { ActiveLeg, LegAudio } from '../leg.ts';

/** Frames that may wait when the two legs' beats do not meet: 100 ms; the oldest goes first. */
const MAX_WAITING_FRAMES = 5;

/** Relays until one leg ends, then hangs up the other. */
export function joinLegs(one: ActiveLeg, other: ActiveLeg): void {
  const stop = [relay(one.audio, other.audio), relay(other.audio, one.audio)];
  const part = (left: ActiveLeg): void => {
    for (const end of stop) end();
    void left.hangUp();
  };
  void one.ended.then(() => part(other));
  void other.ended.then(() => part(one));
}

function relay(from: LegAudio, to: LegAudio): () => void {
  const waiting: Int16Array[] = [];
  to.setSource(() => waiting.shift());
  const stopFrames = from.onFrame((frame) => {
    waiting.push(frame);
    if (waiting.length > MAX_WAITING_FRAMES) waiting.shift();
  });
  const stopTones = from.onTone((tone) => {
    // The other leg may end while it is being sent; its end is told by `ended`.
    to.sendTones([tone]).catch(() => undefined);
  });
  return () => {
    stopFrames();
    stopTones();
    to.setSource(undefined);
  };
}
