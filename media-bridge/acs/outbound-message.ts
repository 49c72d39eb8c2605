import { pcmToBase64 } from '#core/audio/pcm';

/** Audio to the caller (acs-facts 4.4). Base64 needs no escaping, so the message is put together rather than serialised: it is built fifty times a second for every call. */
export function audioMessage(pcm: Int16Array): string {
  return `{"kind":"AudioData","audioData":{"data":"${pcmToBase64(pcm)}"}}`;
}

/** Drops what the front has queued and not yet played: the interruption (acs-facts 4.4). */
export const stopAudioMessage = '{"kind":"StopAudio","stopAudio":{}}';
