import type { AgentDefinition } from '../agent/definition.ts';
import { parsePhoneNumber } from '../ids.ts';
import type { YamlIssue } from '../yaml-file.ts';
import { primarySubtag } from './locale.ts';
import { isMultilingual, localeOfVoice } from './voice.ts';

/**
 * Letters, marks of stress, length and tone, and the full stop between syllables. Synthesis refuses a whole utterance for one sound it does not know
 * ("Pronunciation with SSML", `phoneme`).
 */
const IPA = /^[\p{L}\p{M}˥˦˧˨˩.‿|]+$/u;

/** How many languages Azure listens for at once, in a call and not only at its start ("Implement language identification"). */
const IDENTIFIED_MAX = 10;

/** What a schema cannot say of an agent's languages. Whether there is a pack for each is known where the packs are loaded. */
export function checkLanguages(agent: AgentDefinition): YamlIssue[] {
  return [...checkTags(agent), ...checkVoices(agent), ...checkLexicons(agent)];
}

function checkTags({ languages, languageFrom }: AgentDefinition): YamlIssue[] {
  const tags = languages.map(({ language }) => language);
  const twice = tags.flatMap((tag, index) =>
    tags.indexOf(tag) === index
      ? []
      : [{ path: ['languages', index, 'language'], message: `${tag} is there already: remove one of them` }],
  );
  const numbers = Object.keys(languageFrom.numbers).flatMap((number) =>
    parsePhoneNumber(number) === undefined
      ? [{ path: ['languageFrom', 'numbers', number], message: 'expected an E.164 number such as "+18005550142"' }]
      : [],
  );
  const unknown = Object.entries(languageFrom.numbers).flatMap(([number, tag]) =>
    tags.includes(tag)
      ? []
      : [
          {
            path: ['languageFrom', 'numbers', number],
            message: `the agent does not speak ${tag}; there are ${tags.join(', ')}`,
          },
        ],
  );
  return [...twice, ...numbers, ...unknown, ...(languageFrom.identify ? checkIdentification(tags) : [])];
}

/** Azure tells languages apart, not their regions (same document). */
function checkIdentification(tags: readonly string[]): YamlIssue[] {
  const path = ['languageFrom', 'identify'];
  const primary = tags.map(primarySubtag);
  const regions = tags.filter((tag, index) => primary.indexOf(primarySubtag(tag)) !== index);
  return [
    ...regions.map((tag) => ({ path, message: `${tag} cannot be told from another region's: leave one of them` })),
    ...(tags.length > IDENTIFIED_MAX ? [{ path, message: `of ${IDENTIFIED_MAX} languages at most` }] : []),
  ];
}

/** A voice that does not speak a language says nothing at all in it: the caller would hear silence ("Voice and sound with SSML", `lang`). */
function checkVoices({ languages }: AgentDefinition): YamlIssue[] {
  return languages.flatMap(({ language, voice }, index) => {
    const own = localeOfVoice(voice);
    return own === undefined || isMultilingual(voice) || primarySubtag(own) === primarySubtag(language)
      ? []
      : [
          {
            path: ['languages', index, 'voice'],
            message: `a voice of ${own}, and not multilingual: it cannot speak ${language}`,
          },
        ];
  });
}

function checkLexicons({ languages }: AgentDefinition): YamlIssue[] {
  return languages.flatMap(({ lexicon }, language) =>
    lexicon.flatMap(({ say, ipa }, index) => {
      const path = ['languages', language, 'lexicon', index];
      if ((say === undefined) === (ipa === undefined)) return [{ path, message: 'give one of "say" and "ipa"' }];
      return ipa === undefined || IPA.test(ipa)
        ? []
        : [{ path: [...path, 'ipa'], message: 'expected sounds only, without spaces, slashes and brackets' }];
    }),
  );
}
