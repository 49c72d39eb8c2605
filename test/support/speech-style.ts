import type { SpeechStyle } from '#core/conversation/speakable';
import { packOf } from './language-packs.ts';

/** A voice of a language; one without a pack of its own here is spoken with the English one's words. */
export function styleOf(language: string, fields: Partial<SpeechStyle> = {}): SpeechStyle {
  const subtag = language.slice(0, 2);
  const pack = packOf(['en', 'es', 'de'].includes(subtag) ? subtag : 'en');
  return { language, voice: `${language}-TestNeural`, lexicon: [], pack, ...fields };
}
