/** Below this root mean square a frame counts as silent: about -52 dBov, above line noise, below soft speech. */
const SILENT_RMS = 80;

export function isSilent(frame: Int16Array): boolean {
  let energy = 0;
  for (const sample of frame) energy += sample * sample;
  return energy < SILENT_RMS * SILENT_RMS * frame.length;
}
