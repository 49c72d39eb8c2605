/** `es-ES` of `es-ES-ElviraNeural`; undefined for a name of another form, such as a custom voice's. */
export function localeOfVoice(voice: string): string | undefined {
  return /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?-(?:[A-Z]{2}|\d{3})(?=-)/.exec(voice)?.[0];
}

/** Whether a voice speaks other languages than its own, as Azure names such voices. */
export function isMultilingual(voice: string): boolean {
  return /Multilingual|DragonHD/.test(voice);
}
